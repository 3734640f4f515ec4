// Worker thread of previews: one picture, decoded, made small and encoded anew. What is hostile in it dies here, and nothing of the
// original's bytes (metadata included) is in what comes out.

import { parentPort, workerData } from 'node:worker_threads'
import { Jimp } from 'jimp'

export interface PreviewJob {
  readonly bytes: Uint8Array
  /** Of the longer side. */
  readonly pixels: number
}

const QUALITY = 80

async function made({ bytes, pixels }: PreviewJob): Promise<Uint8Array> {
  const image = await Jimp.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (image.width > pixels || image.height > pixels) image.scaleToFit({ w: pixels, h: pixels })
  return new Uint8Array(await image.getBuffer('image/jpeg', { quality: QUALITY }))
}

made(workerData as PreviewJob).then(
  (preview) => parentPort?.postMessage(preview),
  // What cannot be decoded has no preview; which of its bytes was wrong is of no use to anybody.
  () => parentPort?.postMessage(undefined),
)
