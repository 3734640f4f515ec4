// A file from the browser, copied to where the daemon can share it from: a browser does not say where it lies.

import { answerOf } from '../../../../src/api/client.ts'
import { upload } from '../../store/request.ts'

/** Larger ones are chosen where they lie (docs/design/daemon.md, Limits). */
export const MAX_DROPPED_BYTES = 2_000_000_000

/** @returns its path on the daemon's computer. @throws ApiError, or whatever `signal` was ended with */
export async function copyFile(
  file: File,
  watch: { readonly progress: (sentBytes: number) => void; readonly signal: AbortSignal },
): Promise<string> {
  const { status, body } = await upload(`/dropped/${encodeURIComponent(file.name)}`, file, watch)
  const { path } = answerOf(status, body) as { path?: unknown }
  if (typeof path !== 'string') throw new TypeError('no path in the answer')
  return path
}
