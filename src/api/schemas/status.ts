// The daemon as a whole: what it does now, how it is reached, who was turned away, how much went each way.

import { z } from 'zod'
import { Bytes, BytesPerSecond, Coded, Limit, Moment } from './primitives.ts'

export const Reach = z.object({
  answer: z.enum(['yes', 'no', 'unknown']),
  ways: z.array(
    z.object({ way: z.string(), answer: z.string(), because: z.string(), wouldHelp: z.array(z.string()) }),
  ),
  outside: z.array(z.string()),
})

/** Changes with every event; small. */
export const Totals = z.object({
  downBytesPerSecond: BytesPerSecond,
  upBytesPerSecond: BytesPerSecond,
  peers: z.number().int(),
  reach: z.enum(['yes', 'no', 'unknown']),
  /** Things offered, by audience. */
  sharing: z.object({ link: z.number().int(), everyone: z.number().int() }),
  /** Everything is paused until then; 'told' until a person says so; null when it is not. */
  pausedUntil: z.union([Moment, z.literal('told')]).nullable(),
  upLimit: Limit,
  downLimit: Limit,
  /** The slower limits are in force (speed.alternative*). */
  slow: z.boolean(),
  freeBytes: Bytes.nullable(),
})
export type Totals = z.infer<typeof Totals>

export const Counts = z.object({
  total: z.number().int(),
  getting: z.number().int(),
  giving: z.number().int(),
  waiting: z.number().int(),
  queued: z.number().int(),
  paused: z.number().int(),
  needsYou: z.number().int(),
})

export type Counts = z.infer<typeof Counts>

export const Status = z.object({
  version: z.string(),
  pid: z.number().int(),
  startedAt: Moment,
  stateFolder: z.string(),
  page: z.string(),
  /** Null when nobody can connect. */
  port: z.number().int().nullable(),
  /** Another port than the chosen one is listened on, because of this: PORT_IN_USE or PORT_DENIED, with the chosen `port`. */
  portTrouble: Coded.nullable(),
  counts: Counts,
  totals: Totals,
  takenBytes: Bytes,
  givenBytes: Bytes,
  saveFolder: z.string(),
  /** Opened transfers and all of them, while the daemon starts. */
  opened: z.object({ done: z.number().int(), of: z.number().int() }),
  /** Started for the first time, and nothing was ever added. */
  fresh: z.boolean(),
})
export type Status = z.infer<typeof Status>

const Volume = z.object({ takenBytes: Bytes, givenBytes: Bytes })

/** One reason for which somebody was turned away, and how often in the last hour. */
export const GuardRow = z.object({
  reason: z.string(),
  count: z.number().int(),
  /** The last ones: an address, or what was refused. */
  examples: z.array(z.string()),
  lastAt: Moment,
  /** It can be taken back: the ban is lifted. */
  undo: z.boolean(),
})
export type GuardRow = z.infer<typeof GuardRow>

export const Network = z.object({
  reach: Reach,
  listensAt: z.string().nullable(),
  /** As in Status. */
  portTrouble: Coded.nullable(),
  portMapping: z.object({
    state: z.string(),
    routers: z.array(
      z.object({
        name: z.string().nullable(),
        method: z.string().nullable(),
        state: z.string(),
        external: z.string().nullable(),
      }),
    ),
  }),
  volumes: z.object({ today: Volume, month: Volume, all: Volume }),
  /** Of the payload since the start, by how it travelled. */
  byTransport: z.array(z.object({ transport: z.string(), takenBytes: Bytes, givenBytes: Bytes })),
  connections: z.object({ now: z.number().int(), most: z.number().int(), encrypted: z.number().int() }),
  dht: z.object({ on: z.boolean(), nodes4: z.number().int(), nodes6: z.number().int() }),
  /** By which way everything leaves: direct, an interface or a proxy, and what is off because of it. */
  wayOut: z.object({
    kind: z.enum(['direct', 'bound', 'proxy']),
    name: z.string().nullable(),
    withheld: z.array(z.string()),
    trouble: Coded.nullable(),
  }),
  guard: z.array(GuardRow),
})
export type Network = z.infer<typeof Network>

/** One thing that the doctor or the leak test found (daemon/doctor/finding.ts). */
export const Findings = z.object({
  findings: z.array(
    z.object({
      check: z.string(),
      state: z.enum(['good', 'careful', 'bad', 'unknown', 'off']),
      code: z.string(),
      data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
})

export const LogEntry = z.object({
  at: Moment,
  level: z.enum(['debug', 'info', 'warn', 'error']),
  /** What happened: stable. */
  event: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
export type LogEntry = z.infer<typeof LogEntry>
