// One peer tried twice: a plain handshake and an encrypted one, each on a connection of its own, nothing more.
// Promise: each try ends within its time, and its connection is closed.

import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, type WireHash } from '../../base/ids.ts'
import { type Connection, type Ports, SocketError } from '../../base/ports.ts'
import { EncryptingConnection } from '../../engine/peer/encrypting.ts'
import { ReusedFrames } from '../../engine/peer/frame-pool.ts'
import { exchangeHandshakes, HandshakeError } from '../../engine/peer/handshaking.ts'
import { LentMemory } from '../../engine/peer/lent-memory.ts'
import { makePeerId } from '../../protocol/wire/peer-id.ts'
import type { PeerProbe, ProbeOutcome } from './provider-check.ts'

export type ProbePorts = Pick<Ports, 'tcp' | 'clock' | 'digest' | 'random'>

const DIAL_MS = 4_000
/** Both handshakes of an honest peer take three round trips. */
const ANSWER_MS = 4_000

export async function probePeer(peer: Endpoint, torrent: WireHash, ports: ProbePorts): Promise<PeerProbe> {
  return {
    address: endpointText(peer),
    plain: await attempt(peer, torrent, ports, (connection) => connection),
    encrypted: await attempt(peer, torrent, ports, (connection) => {
      const { clock, digest, random } = ports
      const [frames, memory] = [new ReusedFrames(), new LentMemory()]
      return EncryptingConnection.outgoing({
        connection,
        clock,
        digest,
        random,
        frames,
        memory,
        methods: ['rc4'],
        torrent,
      })
    }),
  }
}

async function attempt(
  peer: Endpoint,
  torrent: WireHash,
  { tcp, clock, random }: ProbePorts,
  over: (connection: Connection) => Connection,
): Promise<ProbeOutcome> {
  const dialled = await tcp.dial(peer, DIAL_MS).result
  if (dialled instanceof SocketError) return 'unreachable'
  const connection = over(dialled)
  let late = false
  const cancelAlarm = clock.schedule(after(clock.now(), ANSWER_MS), () => {
    late = true
    connection.close()
  })
  try {
    const ourId = makePeerId(random)
    const flags = { extended: true, fast: true, dht: false, v2: false }
    const opening = { handshake: { hash: torrent, peerId: ourId, flags }, accepts: [torrent], ourId }
    await exchangeHandshakes({ connection, clock, opening, lookup: () => undefined })
    return 'answered'
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error
    if (late || error.code === 'TIMEOUT') return 'silent'
    return error.code === 'NOT_BITTORRENT' ? 'not-bittorrent' : 'cut'
  } finally {
    cancelAlarm()
    connection.close()
  }
}
