// What can be done to one transfer or to thousands: the call, what is said about it, and how it is taken back.

import type { InputOf, OutputOf, RouteName } from '../../../../src/api/routes.ts'
import type { TransferRow } from '../../../../src/api/schemas/transfer.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { announce } from '../../store/announce.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { rows } from '../../store/connection.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'

type Ids = readonly string[]
type Change = InputOf<'changeTransfers'>['change']
type Outcome = OutputOf<'pauseTransfers'>
type ManyRoute = Extract<
  RouteName,
  | 'pauseTransfers'
  | 'resumeTransfers'
  | 'recheckTransfers'
  | 'reannounceTransfers'
  | 'restoreTransfers'
  | 'scanTransfers'
>

/** `Sintel`, or `3 transfers`. */
export function nameOf(ids: Ids): string {
  const [first] = ids
  const only = ids.length === 1 && first !== undefined ? rows.get(first) : undefined
  return only === undefined ? t('transfers.count', ids.length) : visible(only.name)
}

/** It rests by somebody's will, a rule or a mishap, and would go on if it was told to. */
export function rests({ state }: Pick<TransferRow, 'state'>): boolean {
  return state === 'paused' || state === 'failed' || state === 'done'
}

function rowsOf(ids: Ids): TransferRow[] {
  return ids.map((id) => rows.get(id)).filter((row) => row !== undefined)
}

async function many(route: ManyRoute, ids: Ids): Promise<Outcome | undefined> {
  if (ids.length === 0) return undefined
  const outcome = await attempt(() => call(route, { ids: [...ids] }))
  if (outcome !== undefined) tellFailures(outcome)
  return outcome
}

/** What some refused is said once, with the first one's reason. */
export function tellFailures({ failed }: Outcome): void {
  const [first] = failed
  if (first === undefined) return
  const why =
    first.error.help === undefined ? first.error.message : `${first.error.message} ${first.error.help}`
  toast(t('toast.failed', nameOf(failed.map(({ id }) => id)), why), { tone: 'bad' })
}

/** Pauses what moves; when nothing among them does, all go on. */
export async function pauseOrResume(ids: Ids): Promise<void> {
  const moving = rowsOf(ids).filter((row) => !rests(row))
  if (moving.length > 0) await pause(moving.map(({ id }) => id))
  else await resume(ids)
}

export async function pause(ids: Ids): Promise<void> {
  const outcome = await many('pauseTransfers', ids)
  if (outcome === undefined || outcome.done.length === 0) return
  say(t('transfers.paused', nameOf(outcome.done)), outcome.done, () => many('resumeTransfers', outcome.done))
}

export async function resume(ids: Ids): Promise<void> {
  const paused = rowsOf(ids)
    .filter(({ state }) => state === 'paused')
    .map(({ id }) => id)
  const outcome = await many('resumeTransfers', ids)
  if (outcome === undefined || outcome.done.length === 0) return
  say(t('transfers.resumed', nameOf(outcome.done)), outcome.done, () => many('pauseTransfers', paused))
}

/** The row itself shows what happened to one; of many it is said, and can be taken back. */
function say(text: string, ids: Ids, undo: () => unknown): void {
  if (ids.length === 1) announce(text)
  else toast(text, { undo: () => void undo() })
}

export async function recheck(ids: Ids): Promise<void> {
  const outcome = await many('recheckTransfers', ids)
  if (outcome !== undefined && outcome.done.length > 0) toast(t('transfers.rechecking', nameOf(outcome.done)))
}

/** For viruses, and for what its files are. */
export async function scanAgain(ids: Ids): Promise<void> {
  const outcome = await many('scanTransfers', ids)
  if (outcome !== undefined && outcome.done.length > 0) toast(t('files.scanning', nameOf(outcome.done)))
}

export async function announceNow(ids: Ids): Promise<void> {
  const outcome = await many('reannounceTransfers', ids)
  if (outcome !== undefined && outcome.done.length > 0) toast(t('transfers.asked', nameOf(outcome.done)))
}

/** Files stay unless said otherwise; then, and only then, it can be taken back. */
export async function remove(ids: Ids, data: 'keep' | 'trash' | 'delete' = 'keep'): Promise<void> {
  if (ids.length === 0) return
  const name = nameOf(ids)
  const outcome = await attempt(() => call('removeTransfers', { ids: [...ids], data }))
  if (outcome === undefined) return
  tellFailures(outcome)
  if (outcome.done.length === 0) return
  const undo = async () => {
    if ((await many('restoreTransfers', outcome.done)) !== undefined) {
      announce(t('transfers.restored', name))
    }
  }
  toast(t(`transfers.removed.${data}`, name), data === 'keep' ? { undo } : {})
}

export async function copyLink(id: string): Promise<void> {
  const details = await attempt(() => call('transfer', { id }))
  if (details === undefined) return
  await copyText(details.magnet, t('transfers.linkCopied'))
}

export async function copyText(text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast(said)
  } catch {
    // Without https, or when the person forbids it, the browser keeps its clipboard to itself.
    toast(t('transfers.copyForbidden', text), { tone: 'bad' })
  }
}

/**
 * Changes all of them, and can take it back: `undoOf` says for each row, as it was, what would restore it. Rows that
 * were alike are restored together.
 */
export async function change(
  ids: Ids,
  wanted: Change,
  said: (name: string) => string,
  undoOf: ((row: TransferRow) => Change) | undefined,
): Promise<boolean> {
  const before = new Map(
    rowsOf(ids).map((row) => [row.id, undoOf === undefined ? '' : JSON.stringify(undoOf(row))]),
  )
  const outcome = await attempt(() => call('changeTransfers', { ids: [...ids], change: wanted }))
  if (outcome === undefined) return false
  tellFailures(outcome)
  if (outcome.done.length === 0) return false
  const undo = async () => {
    for (const [back, group] of Map.groupBy(outcome.done, (id) => before.get(id) ?? '')) {
      if (back === '') continue
      const undone = await attempt(() =>
        call('changeTransfers', { ids: group, change: JSON.parse(back) as Change }),
      )
      if (undone === undefined) return
      tellFailures(undone)
    }
    announce(t('transfers.undone'))
  }
  toast(said(nameOf(outcome.done)), undoOf === undefined ? {} : { undo })
  return true
}

/** Moves files, and back to where each was. */
export async function moveTo(ids: Ids, folder: string): Promise<void> {
  const before = new Map(rowsOf(ids).map(({ id, saveFolder }) => [id, saveFolder]))
  const outcome = await attempt(() => call('moveTransfers', { ids: [...ids], folder }))
  if (outcome === undefined) return
  tellFailures(outcome)
  if (outcome.done.length === 0) return
  const undo = async () => {
    for (const [back, group] of Map.groupBy(outcome.done, (id) => before.get(id) ?? folder)) {
      const undone = await attempt(() => call('moveTransfers', { ids: group, folder: back }))
      if (undone !== undefined) tellFailures(undone)
    }
  }
  toast(t('transfers.moving', nameOf(outcome.done), visible(folder)), { undo })
}
