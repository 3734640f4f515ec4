// One thing that may be got: what was given, what it turned out to be, and what the person wants of it. Never changed in
// place.

import type { AddRequest, Inspection } from '../../../../src/api/schemas/adding.ts'
import type { TreeFile } from '../../files/file-tree.ts'

export type Source = AddRequest['source']

export interface Thing {
  readonly key: string
  readonly source: Source
  /** What it calls itself before it is known: text from elsewhere. */
  readonly hint: string | undefined
  readonly inspection: Inspection | undefined
  readonly error: unknown
  /** Of the files that are known; undefined is all of them. */
  readonly chosen: ReadonlySet<number> | undefined
  readonly exceptHosts: ReadonlySet<string>
  /** Added with nothing wanted, to learn the list of files; it becomes a real one or goes again. */
  readonly asking: { readonly id: string; readonly known: boolean } | undefined
}

export function newThing(key: string, source: Source, hint: string | undefined): Thing {
  return {
    key,
    source,
    hint,
    inspection: undefined,
    error: undefined,
    chosen: undefined,
    exceptHosts: new Set(),
    asking: undefined,
  }
}

export function filesOf({ inspection }: Thing): readonly TreeFile[] | undefined {
  return inspection?.files ?? undefined
}

export function chosenOf(thing: Thing): ReadonlySet<number> {
  return thing.chosen ?? new Set(filesOf(thing)?.map(({ index }) => index) ?? [])
}

/** Undefined while the list of files is not known. */
export function wantedBytes(thing: Thing): number | undefined {
  const files = filesOf(thing)
  if (files === undefined) return thing.inspection?.totalBytes ?? undefined
  const chosen = chosenOf(thing)
  return files.reduce((sum, { index, lengthBytes }) => (chosen.has(index) ? sum + lengthBytes : sum), 0)
}

export type Readiness =
  | 'looking'
  | 'failed'
  /** It is among the transfers. */
  | 'here'
  | 'nothing-chosen'
  /** Only a link: all of it, when others have told what it is. */
  | 'blind'
  | 'ready'

export function readinessOf(thing: Thing): Readiness {
  if (thing.error !== undefined) return 'failed'
  if (thing.inspection === undefined) return 'looking'
  if (thing.inspection.here && thing.asking === undefined) return 'here'
  const files = filesOf(thing)
  if (files === undefined) return 'blind'
  return files.length > 0 && chosenOf(thing).size === 0 ? 'nothing-chosen' : 'ready'
}

/** What is asked of the daemon for it. */
export function addRequest(
  thing: Thing,
  to: { readonly saveFolder: string; readonly category: string | null },
): AddRequest {
  const { source, chosen, exceptHosts } = thing
  const files = filesOf(thing)
  const part = chosen !== undefined && files !== undefined && chosen.size < files.length
  return {
    source,
    ...(to.saveFolder === '' ? {} : { saveFolder: to.saveFolder }),
    category: to.category,
    ...(part ? { files: [...chosen].sort((a, b) => a - b) } : {}),
    ...(exceptHosts.size === 0 ? {} : { exceptHosts: [...exceptHosts] }),
  }
}

/** Priorities for one that was added with nothing wanted. */
export function prioritiesOf(thing: Thing): { index: number; priority: number }[] {
  const chosen = chosenOf(thing)
  return (filesOf(thing) ?? []).map(({ index }) => ({ index, priority: chosen.has(index) ? NORMAL : 0 }))
}

/** In the middle of 1 … 7. */
const NORMAL = 4
