// Transmission's two bounds of seeding and Shoal's stop rule. The ratio is the same in both. Transmission's other one
// is idle minutes; Shoal's is the time since everything was here. The limit of one torrent stands for that time, which
// is what Sonarr and Radarr mean by it: they have no other way to say "seed for so long".

import type { InputOf } from '../../api/routes.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { type Arguments, wrong } from './arguments.ts'
import type { SessionSettings } from './session-settings.ts'

const GLOBAL = 0
const OWN = 1
const UNLIMITED = 2

const SECONDS_A_MINUTE = 60
const MAX_MINUTES = 100_000_000

type Rule = NonNullable<InputOf<'changeTransfers'>['change']['stopRule']>

export function ratioMode({ stopRule }: TransferRow, settings: SessionSettings): number {
  if (stopRule.ratio === settings.get('sharing.ratio')) return GLOBAL
  return stopRule.ratio === null ? UNLIMITED : OWN
}

/**
 * A time is always told as the torrent's own: Sonarr takes a general idle limit and "stopped" to mean that it was
 * reached, which would be wrong of a torrent that a person paused.
 */
export function idleMode({ stopRule }: TransferRow, settings: SessionSettings): number {
  if (stopRule.seconds !== null) return OWN
  return settings.get('sharing.seconds') === null ? GLOBAL : UNLIMITED
}

export function idleMinutes({ stopRule }: TransferRow, settings: SessionSettings): number {
  return Math.ceil((stopRule.seconds ?? settings.get('sharing.seconds') ?? 0) / SECONDS_A_MINUTE)
}

/** What of the rule a torrent-set changes, or undefined. */
export function stopRuleOf(args: Arguments, row: TransferRow, settings: SessionSettings): Rule | undefined {
  const ratio = bound(
    { limit: args.number('seedRatioLimit'), mode: args.count('seedRatioMode'), name: 'seedRatioMode' },
    { now: row.stopRule.ratio, mode: ratioMode(row, settings), general: settings.get('sharing.ratio') },
  )
  const minutes = args.count('seedIdleLimit')
  const seconds = bound(
    {
      limit: minutes === undefined ? undefined : Math.min(minutes, MAX_MINUTES) * SECONDS_A_MINUTE,
      mode: args.count('seedIdleMode'),
      name: 'seedIdleMode',
    },
    { now: row.stopRule.seconds, mode: idleMode(row, settings), general: settings.get('sharing.seconds') },
  )
  if (ratio === undefined && seconds === undefined) return undefined
  return { ...(ratio === undefined ? {} : { ratio }), ...(seconds === undefined ? {} : { seconds }) }
}

function bound(
  asked: { limit: number | undefined; mode: number | undefined; name: string },
  known: { now: number | null; mode: number; general: number | null },
): number | null | undefined {
  if (asked.mode === GLOBAL) return known.general
  if (asked.mode === UNLIMITED) return null
  if (asked.mode === OWN) return asked.limit ?? known.now ?? known.general
  if (asked.mode !== undefined) throw wrong(asked.name, '0, 1 or 2')
  // A limit alone counts where the torrent has one of its own.
  return known.mode === OWN ? asked.limit : undefined
}
