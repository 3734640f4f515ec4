// A well-behaved leecher in a process of its own: takes everything as fast as it is given, again and again, and tells
// how much that was when its parent asks. Started by lab/flood/scene.ts only. It ends with its parent.

import type { Infohash } from '../../src/base/ids.ts'
import { encodeRequests } from '../../src/protocol/wire/encode.ts'
import { RawPeer } from '../../test/doubles/raw-peer.ts'
import type { GoodFigures } from './messages.ts'

const BLOCK_BYTES = 16_384
/** Deep enough for a fast loopback, well inside what is allowed. */
const OUTSTANDING = 128
/** Bytes per second for a peer of ordinary speed; 0 for as fast as it goes. */
const PAUSE_MS = 10

process.once('disconnect', () => process.exit())

const [host = '', port = '', infohash = '', pieces = '1', from = '', limit = '0', blocks = '16'] =
  process.argv.slice(2)
const BLOCKS_PER_PIECE = Number(blocks)
const limitBytesPerSecond = Number(limit)
const peer = await RawPeer.greeted(
  { host, port: Number(port) },
  { hash: infohash as Infohash },
  { forget: true, ...(from === '' ? {} : { from }) },
)

let next = 0
let takenBytes = 0
let outstanding = 0
let unchoked = false
let allowedBytes = 0

function ask(): void {
  if (!unchoked || outstanding > OUTSTANDING / 2) return
  const refs = []
  while (outstanding < OUTSTANDING) {
    if (limitBytesPerSecond > 0 && allowedBytes < BLOCK_BYTES) break
    allowedBytes -= BLOCK_BYTES
    const block = next++ % (Number(pieces) * BLOCKS_PER_PIECE)
    refs.push({
      piece: Math.floor(block / BLOCKS_PER_PIECE),
      begin: (block % BLOCKS_PER_PIECE) * BLOCK_BYTES,
      lengthBytes: BLOCK_BYTES,
    })
    outstanding++
  }
  if (refs.length > 0) peer.write(encodeRequests(refs))
}

peer.onHeard = (event) => {
  if (event.type === 'block') {
    takenBytes += event.lengthBytes
    outstanding--
    ask()
  } else if (event.type === 'reject') outstanding--
  else if (event.type === 'unchoke') {
    unchoked = true
    ask()
  } else if (event.type === 'choke') unchoked = false
}
peer.describe()
peer.say({ type: 'haveNone' }, { type: 'interested' })
if (limitBytesPerSecond > 0) {
  setInterval(() => {
    allowedBytes = Math.min(limitBytesPerSecond, allowedBytes + (limitBytesPerSecond * PAUSE_MS) / 1_000)
    ask()
  }, PAUSE_MS)
}

process.on('message', () => {
  const figures: GoodFigures = { type: 'taken', takenBytes, connected: !peer.over }
  process.send?.(figures)
})
process.send?.({ type: 'ready' })
