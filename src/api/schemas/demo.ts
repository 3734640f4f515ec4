// The swarm on this computer that the page shows to newcomers: four processes, what each has, and how it ended.

import { z } from 'zod'
import { Bytes } from './primitives.ts'
import { ErrorBody } from './transfer.ts'

const Fish = z.object({
  name: z.string(),
  /** `whole`: every byte verified and in place; `off`: its process has ended. */
  state: z.enum(['waiting', 'getting', 'whole', 'off']),
  doneBytes: Bytes,
  givenBytes: Bytes,
  takenBytes: Bytes,
})

export const Demo = z.object({
  stage: z.enum(['none', 'preparing', 'running', 'checking', 'done', 'failed']),
  /** 0 … 1 while it prepares. */
  preparing: z.number(),
  totalBytes: Bytes,
  /** Since the first one began to get. */
  seconds: z.number(),
  fish: z.array(Fish),
  /** Those who had all of it when the one that shared switched off; null while it is on. */
  wholeWhenOff: z.array(z.string()).nullable(),
  result: z
    .object({
      hashesRight: z.number().int(),
      hashes: z.number().int(),
      seconds: z.number(),
      takenBytes: Bytes,
      givenBySharerBytes: Bytes,
      /** 0 … 1 of what was taken. */
      fromEachOtherShare: z.number(),
    })
    .nullable(),
  error: ErrorBody.nullable(),
})
export type Demo = z.infer<typeof Demo>
