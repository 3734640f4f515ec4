// Thousands of terms looked for in a text in one pass (Aho and Corasick), each only where a word begins and ends as it wants.
// Promise: time is linear in the text, however hostile; memory follows the terms alone.

import { folded, spelledOut, takesPrefixes, writtenTogether } from './folded-text.ts'

export interface TermHit {
  readonly term: number
  /** In the folded text: [at, end). */
  readonly at: number
  readonly end: number
}

interface Term {
  readonly id: number
  readonly length: number
  /** A word must begin, or end, there. */
  readonly begins: boolean
  readonly ends: boolean
}

const LETTER = /[\p{L}\p{M}\p{Nd}]/u

/** Longer words than this inside a compound are told by their own end (`…abrechnung`). */
const isLetter = (sign: string | undefined): boolean => sign !== undefined && LETTER.test(sign)

export class TermIndex {
  readonly #next: Map<string, number>[] = [new Map()]
  readonly #fail: number[] = [0]
  readonly #found: Term[][] = [[]]
  #linked = false

  /** `*` at an end of a term: the word may go on there. Ids may be given to several terms. */
  add(written: string, id: number): void {
    const begins = !written.startsWith('*')
    const ends = !written.endsWith('*')
    const bare = written.replace(/^\*|\*$/g, '').trim()
    if (bare === '') return
    const together = writtenTogether(bare)
    for (const form of new Set([folded(bare), spelledOut(bare)])) {
      this.#insert(form, {
        id,
        length: form.length,
        begins: begins && !together && !takesPrefixes(form),
        ends: ends && !together,
      })
    }
  }

  #insert(form: string, term: Term): void {
    let node = 0
    for (let i = 0; i < form.length; i++) {
      const sign = form.charAt(i)
      let to = this.#next[node]?.get(sign)
      if (to === undefined) {
        to = this.#next.length
        this.#next.push(new Map())
        this.#fail.push(0)
        this.#found.push([])
        this.#next[node]?.set(sign, to)
      }
      node = to
    }
    this.#found[node]?.push(term)
    this.#linked = false
  }

  #link(): void {
    const queue: number[] = [...(this.#next[0]?.values() ?? [])]
    for (const node of queue) this.#fail[node] = 0
    for (let i = 0; i < queue.length; i++) {
      const node = queue[i] as number
      for (const [sign, to] of this.#next[node] ?? []) {
        let back = this.#fail[node] ?? 0
        while (back !== 0 && !this.#next[back]?.has(sign)) back = this.#fail[back] ?? 0
        const target = this.#next[back]?.get(sign)
        this.#fail[to] = target !== undefined && target !== to ? target : 0
        this.#found[to]?.push(...(this.#found[this.#fail[to] ?? 0] ?? []))
        queue.push(to)
      }
    }
    this.#linked = true
  }

  /** @param text folded @param most hits kept: a text that repeats a term a million times costs no memory */
  find(text: string, most = 20_000): TermHit[] {
    if (!this.#linked) this.#link()
    const hits: TermHit[] = []
    let node = 0
    for (let i = 0; i < text.length; i++) {
      const sign = text.charAt(i)
      let to = this.#next[node]?.get(sign)
      while (to === undefined && node !== 0) {
        node = this.#fail[node] ?? 0
        to = this.#next[node]?.get(sign)
      }
      node = to ?? 0
      for (const term of this.#found[node] ?? []) {
        const at = i + 1 - term.length
        if (term.begins && at > 0 && isLetter(text[at - 1]) && isLetter(text[at])) continue
        if (term.ends && isLetter(text[i + 1]) && isLetter(text[i])) continue
        hits.push({ term: term.id, at, end: i + 1 })
        if (hits.length >= most) return hits
      }
    }
    return hits
  }
}
