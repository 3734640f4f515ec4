// A person at the keyboard, counted in steps (INTERFACE.md A9). A step is what a person has to decide and do: a key press
// that acts (Enter, Space, a shortcut), or one text pasted or typed. Moving the focus (Tab, arrows) to what is to be acted
// on is no step of its own, as pointing is none of a mouse's click; it is done with keys here all the same, and what it
// must reach has to be reachable.

import type { Page } from 'playwright-core'
import { until } from '../../lab/netns/until.ts'

/** Whoever must press Tab more often than this will not call the page usable by keyboard. */
const MOST_TABS = 40

/** Run in the page. */
const FOCUSED = `((element) => element === document.body || element === null
  ? ''
  : element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '')(document.activeElement)`

export class KeyboardSteps {
  readonly #page: Page
  readonly taken: string[] = []

  constructor(page: Page) {
    this.#page = page
  }

  get count(): number {
    return this.taken.length
  }

  /** Enter and other keys that act. */
  async press(key: string): Promise<void> {
    this.taken.push(key)
    await this.#page.keyboard.press(key)
  }

  async type(text: string): Promise<void> {
    this.taken.push(`types ${text}`)
    await this.#page.keyboard.type(text)
  }

  async paste(text: string): Promise<void> {
    this.taken.push('pastes')
    await this.#page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`)
    await this.#page.keyboard.press('Control+V')
  }

  /** Moves the focus by this key until what has it is called so. */
  async reach(name: RegExp, key: 'Tab' | 'ArrowDown' = 'Tab'): Promise<void> {
    const passed: string[] = []
    for (let i = 0; i < MOST_TABS; i++) {
      const focused = await this.focused()
      if (name.test(focused)) return
      passed.push(focused)
      await this.#page.keyboard.press(key)
    }
    throw new Error(`${name} is not reached by ${key}; passed: ${passed.join(' | ')}`)
  }

  /** Waits until the page itself has put the focus there. */
  async given(name: RegExp): Promise<void> {
    await until(`the focus is at ${name}`, async () => name.test(await this.focused()))
  }

  /** The name, roughly, of what has the focus: enough to tell one control from another. */
  focused(): Promise<string> {
    return this.#page.evaluate<string>(FOCUSED)
  }
}
