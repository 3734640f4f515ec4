// Which rows are chosen, and where the person is in the list. Ids, never places: rows move and the choice stays with them.
// Everything here is a function from one selection to the next.

export interface Selection {
  readonly ids: ReadonlySet<string>
  /** Where the keys are. */
  readonly active: string | undefined
  /** Where a range begins. */
  readonly anchor: string | undefined
}

export const NOTHING: Selection = { ids: new Set(), active: undefined, anchor: undefined }

/** This one only. */
export function only(id: string): Selection {
  return { ids: new Set([id]), active: id, anchor: id }
}

/** The keys move there; what is chosen stays. */
export function moveTo(selection: Selection, id: string): Selection {
  return { ...selection, active: id }
}

export function toggle(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ids, active: id, anchor: id }
}

/** From the anchor to this one, besides what is chosen. */
export function extend(selection: Selection, id: string, shown: readonly string[]): Selection {
  const from = shown.indexOf(selection.anchor ?? selection.active ?? id)
  const to = shown.indexOf(id)
  if (from < 0 || to < 0) return toggle(selection, id)
  const ids = new Set(selection.ids)
  for (const one of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) ids.add(one)
  return { ids, active: id, anchor: selection.anchor ?? selection.active ?? id }
}

export function all(selection: Selection, shown: readonly string[]): Selection {
  return { ...selection, ids: new Set(shown) }
}

export function none(selection: Selection): Selection {
  return { ...selection, ids: new Set(), anchor: undefined }
}

/** `steps` further, stopping at the ends; from nowhere, the first or the last. */
export function neighbour(selection: Selection, steps: number, shown: readonly string[]): string | undefined {
  const at = selection.active === undefined ? -1 : shown.indexOf(selection.active)
  // From nowhere a step is onto the nearer end, and to an end is to that end.
  if (at < 0) return steps > 0 === Number.isFinite(steps) ? shown[0] : shown.at(-1)
  return shown[Math.max(0, Math.min(shown.length - 1, at + steps))]
}

/** After rows went: who is gone is not chosen, and the keys stay where the list closed up. */
export function without(
  selection: Selection,
  gone: ReadonlySet<string>,
  before: readonly string[],
): Selection {
  const { active, anchor } = selection
  const ids = new Set([...selection.ids].filter((id) => !gone.has(id)))
  if (active === undefined || !gone.has(active)) return { ids, active, anchor: left(anchor, gone) }
  const at = before.indexOf(active)
  const next =
    before.slice(at + 1).find((id) => !gone.has(id)) ??
    before.slice(0, Math.max(0, at)).findLast((id) => !gone.has(id))
  return { ids, active: next, anchor: left(anchor, gone) }
}

function left(id: string | undefined, gone: ReadonlySet<string>): string | undefined {
  return id === undefined || gone.has(id) ? undefined : id
}

/** What an action is done to: the chosen ones, or where the keys are when none is chosen. */
export function targets({ ids, active }: Selection): readonly string[] {
  if (ids.size > 0) return [...ids]
  return active === undefined ? [] : [active]
}
