// The only maker of sockets to a virus scanner: a unix socket of this very computer, one question a connection.
// Promise: whoever asks gets an answer or the reason why there is none, also when the other side stops, is killed or says nothing.

import { createConnection } from 'node:net'

export type Unanswered = 'refused' | 'stopped' | 'slow'
export type ClamdAnswer =
  | { readonly answer: string }
  | { readonly failed: Unanswered; readonly sentBytes: number }

export interface ClamdQuestion {
  readonly socket: string
  /** `VERSION`, `INSTREAM`. */
  readonly command: string
  /** What follows it, in chunks; whatever it throws ends the question and is thrown. */
  readonly stream?: AsyncIterable<Uint8Array>
  /** Without a byte taken or said for this long it is given up. */
  readonly noProgressMs: number
}

/** An answer is one line with the name of what was found. */
const LONGEST_ANSWER_BYTES = 65_536

export async function askClamd({
  socket: path,
  command,
  stream,
  noProgressMs,
}: ClamdQuestion): Promise<ClamdAnswer> {
  const socket = createConnection({ path })
  let answer = ''
  let failed: Unanswered | undefined
  let connected = false
  let sentBytes = 0
  let wake: () => void = () => undefined
  let over = false
  const end = (reason?: Unanswered): void => {
    if (over) return
    over = true
    failed = reason
    wake()
  }
  // Reset by every byte that moves, either way.
  socket.setTimeout(noProgressMs, () => end('slow'))
  socket.setEncoding('latin1')
  socket.on('connect', () => {
    connected = true
  })
  socket.on('data', (text: string) => {
    answer += text
    if (answer.includes('\0') || answer.length > LONGEST_ANSWER_BYTES) end()
  })
  socket.on('end', () => end(answer === '' ? 'stopped' : undefined))
  // What was answered before it hung up counts: it says why.
  socket.on('error', () => end(answer !== '' ? undefined : connected ? 'stopped' : 'refused'))
  socket.on('close', () => end(answer === '' ? 'stopped' : undefined))
  socket.on('drain', () => wake())
  const moved = (): Promise<void> =>
    over
      ? Promise.resolve()
      : new Promise((resolve) => {
          wake = resolve
        })
  /** Resolves when there is room for more. */
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (!socket.write(bytes)) await moved()
  }
  try {
    await write(Buffer.from(`z${command}\0`, 'latin1'))
    for await (const bytes of stream ?? []) {
      if (over) break
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      socket.write(length)
      await write(bytes)
      sentBytes += bytes.length
    }
    if (stream !== undefined && !over) await write(Buffer.alloc(4))
    while (!over) await moved()
  } finally {
    socket.destroy()
  }
  if (failed !== undefined) return { failed, sentBytes }
  const whole = /^([^\0]*)\0/.exec(answer)?.[1]
  // Cut off in the middle: what is missing may be the word that matters.
  return whole === undefined ? { failed: 'stopped', sentBytes } : { answer: whole.trim() }
}
