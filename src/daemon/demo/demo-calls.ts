// The demo as the page asks for it: begun, looked at, ended. One at a time; whoever asks meanwhile sees the same one.
// Promise: close() and stopDemo answer when its processes and files are gone.

import { explain, mistake } from '../../api/errors.ts'
import type { Handlers } from '../../api/routes.ts'
import type { Demo } from '../../api/schemas/demo.ts'
import { CodedError } from '../../base/errors.ts'
import { type DemoOptions, type DemoResult, type DemoWatch, runDemo } from './demo.ts'
import type { SceneView } from './scene.ts'

export interface DemoCallsOptions {
  readonly temporaryFolder: string
  readonly stateFolder: string
  /** Another one in tests. */
  readonly run?: (options: DemoOptions) => Promise<DemoResult>
}

const NONE: Demo = {
  stage: 'none',
  preparing: 0,
  totalBytes: 0,
  seconds: 0,
  fish: [],
  wholeWhenOff: null,
  result: null,
  error: null,
}

export class DemoCalls implements DemoWatch {
  readonly handlers: Handlers<'demo' | 'startDemo' | 'stopDemo'> = {
    demo: () => this.#state,
    startDemo: () => this.#start(),
    stopDemo: () => this.close(),
  }
  readonly #options: DemoCallsOptions
  #state: Demo = NONE
  #running: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined

  constructor(options: DemoCallsOptions) {
    this.#options = options
  }

  async close(): Promise<Demo> {
    this.#running?.abort.abort()
    await this.#running?.ended
    this.#state = NONE
    return this.#state
  }

  #start(): Demo {
    if (this.#running !== undefined) return this.#state
    this.#state = { ...NONE, stage: 'preparing' }
    const abort = new AbortController()
    this.#running = { abort, ended: this.#play(abort.signal) }
    return this.#state
  }

  async #play(signal: AbortSignal): Promise<void> {
    const { temporaryFolder, stateFolder, run = runDemo } = this.#options
    try {
      const result = await run({ path: undefined, temporaryFolder, stateFolder, signal, watch: this })
      this.#change({ stage: 'done', seconds: result.seconds, result })
    } catch (error) {
      const { report } = error instanceof CodedError ? explain(error) : mistake('demo')
      this.#change({ stage: 'failed', error: report })
    } finally {
      this.#running = undefined
    }
  }

  #change(change: Partial<Demo>): void {
    this.#state = { ...this.#state, ...change }
  }

  // ── DemoWatch ──

  opening({ totalBytes }: { readonly totalBytes: number }): void {
    this.#change({ totalBytes })
  }

  /** The film is the first half of it, its hashes the second. */
  preparing(doing: 'film' | 'hashes', doneBytes: number, totalBytes: number): void {
    const part = totalBytes === 0 ? 0 : doneBytes / totalBytes
    this.#change({ preparing: doing === 'film' ? part / 2 : 0.5 + part / 2 })
  }

  sharing(): void {
    this.#change({ stage: 'running', preparing: 1 })
  }

  changed(view: SceneView, seconds: number): void {
    const { fish, wholeWhenOff } = view
    this.#change({
      seconds,
      fish: fish.map((facts) => ({ ...facts })),
      wholeWhenOff: wholeWhenOff === undefined ? null : [...wholeWhenOff],
    })
  }

  sharerLeft(view: SceneView, seconds: number): void {
    this.changed(view, seconds)
  }

  whole(): void {
    // The next view shows it.
  }

  checking(): void {
    this.#change({ stage: 'checking' })
  }
}
