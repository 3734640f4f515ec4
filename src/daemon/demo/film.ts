// The film of the demo: a file of any length that is the same everywhere, and that nothing can compress or guess ahead of
// its bytes: the key stream of AES-128 in counter mode.

import { createCipheriv } from 'node:crypto'
import { open } from 'node:fs/promises'

export const FILM_BYTES = 256_000_000

/** Sixteen letters make a key of 128 bits. */
const KEY = Buffer.from('shoal demo: film')
const STRETCH_BYTES = 4_194_304

/** @param path must not exist. @returns false when it was stopped in the middle */
export async function makeFilm(
  path: string,
  lengthBytes: number,
  watch: { readonly progress: (doneBytes: number) => void; readonly cancelled: () => boolean },
): Promise<boolean> {
  const stream = createCipheriv('aes-128-ctr', KEY, Buffer.alloc(16))
  const zeros = Buffer.alloc(STRETCH_BYTES)
  const file = await open(path, 'wx')
  try {
    for (let at = 0; at < lengthBytes; at += STRETCH_BYTES) {
      if (watch.cancelled()) return false
      await file.writeFile(stream.update(zeros.subarray(0, Math.min(STRETCH_BYTES, lengthBytes - at))))
      watch.progress(Math.min(lengthBytes, at + STRETCH_BYTES))
    }
  } finally {
    await file.close()
  }
  return true
}
