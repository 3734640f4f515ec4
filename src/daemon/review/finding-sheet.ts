// Machine: what a look found, what the person answered, and what would be shared by it. Synchronous; no files, no time.
// Promises: what is left out is never among the shared; an answer for a class holds for findings of it that come later, but that
// something may be shared never for what is found in a file that changed since it was looked at;
// however many findings there are, every one of them counts, though only the first are kept with their facts.

import type { Answer, Answers, Finding, FindingClass } from '../../api/schemas/review.ts'

/** docs/design/library.md: a person reads no more one by one; the rest is answered by class. */
export const MAX_FINDINGS = 10_000

type Class = Finding['class']
export type AnswerRequest = (typeof Answers)['_output'][number]

/** Of a file or folder, as it is added. */
export interface NewFinding extends Omit<Finding, 'answer' | 'remembered'> {
  /** Given at an earlier look at the same unchanged file. */
  readonly remembered: Answer | undefined
  /** Its copy can be made without its place. */
  readonly canBeWithoutPlace: boolean
}

export interface SheetFile {
  /** Below what is looked at. */
  readonly components: readonly string[]
  readonly lengthBytes: number
}

/** What became of answers: those whose answer changed, and those that could not have it. */
export interface Answered {
  readonly changed: readonly Finding[]
  /** Asked to be shared without place, which cannot be made of it. */
  readonly refused: readonly Finding[]
}

interface Kept {
  finding: Omit<Finding, 'answer' | 'remembered'>
  canBeWithoutPlace: boolean
  /** The file changed, and it was not found in it again. */
  dropped: boolean
  /** The files it is about: the first, and the one after the last. */
  readonly from: number
  readonly to: number
  answer: Answer | null
  remembered: boolean
}

export interface Standing {
  /** Without an answer, of what is not left out. */
  readonly open: number
  readonly byClass: { readonly class: FindingClass; readonly count: number; readonly open: number }[]
  readonly sharedFiles: number
  readonly sharedBytes: number
}

export class FindingSheet {
  readonly #files: readonly SheetFile[]
  readonly #kept: Kept[] = []
  readonly #byId = new Map<string, Kept>()
  /** Beyond those kept, by class: which files, each once. */
  readonly #uncounted = new Map<Class, number[]>()
  readonly #classes = new Map<Class, Answer>()
  /** Others than were looked at first: an answer for a class was given without them. */
  readonly #anew = new Set<number>()
  /** Gone since they were counted. */
  readonly #gone = new Set<number>()
  /** Answers for a path of its own, a file or a folder, by the path with `/`. */
  readonly #paths = new Map<string, Answer>()
  #standing: Standing | undefined
  #out: Uint8Array | undefined
  #ranges: ReadonlyMap<string, readonly [from: number, to: number]> | undefined

  /** @param files as a walk finds them: what lies in one folder is together */
  constructor(files: readonly SheetFile[]) {
    this.#files = files
  }

  /** How many are kept with their facts. */
  get size(): number {
    return this.#kept.length
  }

  /** @param file by its place in the list; undefined for the finding of a folder */
  add(found: NewFinding, file: number | undefined): void {
    this.#changed()
    const [from, to] = file === undefined ? this.#rangeOf(found.path) : [file, file + 1]
    const { remembered, canBeWithoutPlace, ...finding } = found
    const known = this.#byId.get(finding.id)
    // Whoever answered for a class has not seen what came into a file since.
    const mayHold = !this.#anew.has(from) || this.#classes.get(finding.class) === 'leave-out'
    if (known === undefined && this.#kept.length >= MAX_FINDINGS) {
      // Answered by class only, so what was remembered of it is asked again.
      if (!mayHold) this.#classes.delete(finding.class)
      const files = this.#uncounted.get(finding.class) ?? []
      for (let at = from; at < to; at++) files.push(at)
      this.#uncounted.set(finding.class, files)
      return
    }
    const now = mayHold ? this.#classes.get(finding.class) : undefined
    const byClass = now === 'without-place' && !canBeWithoutPlace ? undefined : now
    const answer = byClass ?? remembered ?? null
    const wasRemembered = byClass === undefined && remembered !== undefined
    if (known !== undefined) {
      // A changed file is asked about again, whatever was said of what it was.
      Object.assign(known, { finding, canBeWithoutPlace, answer: remembered ?? null, dropped: false })
      known.remembered = remembered !== undefined
      return
    }
    const kept = { finding, canBeWithoutPlace, from, to, answer, remembered: wasRemembered, dropped: false }
    this.#kept.push(kept)
    this.#byId.set(finding.id, kept)
  }

  /** It is another than was looked at: what was found in it is asked again, as far as it is found again. */
  lookedAnew(file: number): void {
    this.#changed()
    this.#anew.add(file)
    for (const kept of this.#kept)
      if (!kept.finding.folder && kept.from === file) {
        kept.dropped = true
        kept.answer = null
      }
  }

  /** It is not there any more, so it is not shared. */
  gone(file: number): void {
    this.#changed()
    this.#gone.add(file)
  }

  /** In their order; later ones win. */
  answer(requests: readonly AnswerRequest[]): Answered {
    this.#changed()
    const changed = new Set<Kept>()
    const refused: Finding[] = []
    const give = (kept: Kept, answer: Answer | null): void => {
      if (answer === 'without-place' && !kept.canBeWithoutPlace) {
        refused.push(shown(kept))
        return
      }
      kept.answer = answer
      kept.remembered = false
      changed.add(kept)
    }
    for (const request of requests) {
      if ('path' in request) put(this.#paths, request.path.join('/'), request.answer)
      else if ('id' in request) {
        const kept = this.#byId.get(request.id)
        if (kept !== undefined) give(kept, request.answer)
      } else {
        put(this.#classes, request.class, request.answer)
        for (const kept of this.#kept)
          if (kept.finding.class === request.class && !kept.dropped) give(kept, request.answer)
      }
    }
    return { changed: [...changed].map(shown), refused }
  }

  /** Those kept, from one on. */
  findings(after: number, most: number): Finding[] {
    return this.#kept.slice(after, after + most).map(shown)
  }

  /** Findings without an answer, of what is not left out. */
  *open(): Iterable<Finding> {
    const out = this.#leftOut()
    for (const kept of this.#kept) if (this.#isOpen(kept, out)) yield shown(kept)
  }

  get standing(): Standing {
    this.#standing ??= this.#count()
    return this.#standing
  }

  isLeftOut(file: number): boolean {
    return this.#leftOut()[file] === 1
  }

  /** What was left out by its path, whatever was found in it. */
  get pathsLeftOut(): readonly (readonly string[])[] {
    return [...this.#paths.keys()].map((path) => path.split('/'))
  }

  /** Files whose copy without place is to be shared instead. */
  withoutPlace(): ReadonlySet<number> {
    const files = new Set<number>()
    for (const { answer, from, to } of this.#kept)
      if (answer === 'without-place') for (let at = from; at < to; at++) files.add(at)
    // One of those that are only counted may be of a kind that no copy can be made of: whoever makes it finds out.
    for (const [kind, answer] of this.#classes)
      if (answer === 'without-place') for (const file of this.#uncounted.get(kind) ?? []) files.add(file)
    return files
  }

  #changed(): void {
    this.#standing = undefined
    this.#out = undefined
  }

  #isOpen({ answer, from, to, dropped }: Kept, out: Uint8Array): boolean {
    if (dropped || answer !== null) return false
    // One of a folder without files in it shows nothing to anybody.
    for (let at = from; at < to; at++) if (out[at] === 0) return true
    return false
  }

  #leftOut(): Uint8Array {
    if (this.#out !== undefined) return this.#out
    const out = new Uint8Array(this.#files.length)
    for (const { answer, from, to } of this.#kept) if (answer === 'leave-out') out.fill(1, from, to)
    for (const [kind, answer] of this.#classes)
      if (answer === 'leave-out') for (const file of this.#uncounted.get(kind) ?? []) out[file] = 1
    for (const [path, answer] of this.#paths)
      if (answer === 'leave-out') {
        const [from, to] = this.#rangeOf(path.split('/'))
        out.fill(1, from, to)
      }
    for (const file of this.#gone) out[file] = 1
    this.#out = out
    return out
  }

  #count(): Standing {
    const out = this.#leftOut()
    const counts = new Map<Class, { count: number; open: number }>()
    const of = (kind: Class): { count: number; open: number } => {
      const known = counts.get(kind) ?? { count: 0, open: 0 }
      counts.set(kind, known)
      return known
    }
    for (const kept of this.#kept) {
      if (kept.dropped) continue
      const count = of(kept.finding.class)
      count.count++
      if (this.#isOpen(kept, out)) count.open++
    }
    for (const [kind, files] of this.#uncounted) {
      const count = of(kind)
      count.count += files.length
      if (!this.#classes.has(kind)) count.open += files.filter((file) => out[file] === 0).length
    }
    let sharedFiles = 0
    let sharedBytes = 0
    for (const [at, { lengthBytes }] of this.#files.entries())
      if (out[at] === 0) {
        sharedFiles++
        sharedBytes += lengthBytes
      }
    const byClass = [...counts].map(([kind, count]) => ({ class: kind, ...count }))
    return { open: byClass.reduce((sum, { open }) => sum + open, 0), byClass, sharedFiles, sharedBytes }
  }

  /** The files at or below a path; they are together. */
  #rangeOf(path: readonly string[]): readonly [from: number, to: number] {
    if (path.length === 0) return [0, this.#files.length]
    this.#ranges ??= rangesOf(this.#files)
    return this.#ranges.get(path.join('/')) ?? [0, 0]
  }
}

function rangesOf(files: readonly SheetFile[]): Map<string, [from: number, to: number]> {
  const ranges = new Map<string, [from: number, to: number]>()
  for (const [at, { components }] of files.entries()) {
    let path = ''
    for (const name of components) {
      path = path === '' ? name : `${path}/${name}`
      const known = ranges.get(path)
      if (known === undefined) ranges.set(path, [at, at + 1])
      else known[1] = at + 1
    }
  }
  return ranges
}

function put<Key>(map: Map<Key, Answer>, key: Key, answer: Answer | null): void {
  if (answer === null) map.delete(key)
  else map.set(key, answer)
}

function shown({ finding, answer, remembered }: Kept): Finding {
  return { ...finding, path: [...finding.path], answer, remembered }
}
