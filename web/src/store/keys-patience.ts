// A circle that somebody was removed from takes nothing until it has other keys. Whoever writes meanwhile does not have to press
// again: the same call is made until there are some, or nobody waits for it any more.

import { ApiError } from '../../../src/api/client.ts'

/** The daemon itself waits some seconds before it says so. */
const AGAIN_MS = 1_500

/**
 * @param call is made again and must not do anything twice
 * @param waiting told once, when it has to wait
 * @param over whether nobody waits any more: then the refusal is thrown
 */
export async function withKeys<Answer>(
  call: () => Promise<Answer>,
  waiting: () => void,
  over: () => boolean,
  againMs: number = AGAIN_MS,
): Promise<Answer> {
  for (let told = false; ; told = true) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'KEYS_COMING' || over()) throw error
      if (!told) waiting()
      await new Promise((resolve) => setTimeout(resolve, againMs))
      if (over()) throw error
    }
  }
}
