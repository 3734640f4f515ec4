// Whether everything leaves as told: makes a socket of every kind that Shoal uses, by the same ports as a transfer does,
// and looks meanwhile at all sockets of this process as the kernel sees them.
// What it proves and what it cannot: docs/privacy.md. It contacts nobody but the proxy, the name servers of an interface,
// and a reserved address where nobody is (RFC 5737).

import { type Endpoint, endpointText } from '../base/endpoint.ts'
import { CodedError } from '../base/errors.ts'
import type { WireHash } from '../base/ids.ts'
import { type Listener, SocketError } from '../base/ports.ts'
import { UdpAsker } from '../engine/discovery/udp-asker.ts'
import { DeviceSockets } from '../platform/exit/device-sockets.ts'
import type { Exit } from '../platform/exit/exit.ts'
import { type OwnSocket, ownSockets } from '../platform/exit/own-sockets.ts'
import { LSD_GROUP_IPV4, LSD_PORT } from '../protocol/lsd/message.ts'
import type { NodePorts } from './compose.ts'
import { type Withheld, withheldBy } from './way-out.ts'

/** LEAK_FOUND: something does not leave as told. */
export class LeakError extends CodedError<'LEAK_FOUND'> {}

export type LeakKind =
  | 'peers'
  | 'incoming'
  | 'dht-utp'
  | 'udp-tracker'
  | 'http'
  | 'names'
  | 'local-discovery'
  | 'port-mapping'

/**
 * `as-told`: sockets were seen, and each leads where it should. `off`: it is not used, and trying made no socket.
 * `unseen`: nothing was seen, so nothing is shown. `leak`: one leads elsewhere.
 */
export type LeakVerdict = 'as-told' | 'off' | 'unseen' | 'leak'

export interface LeakFinding {
  readonly kind: LeakKind
  readonly verdict: LeakVerdict
  /** Where sockets led, each once. */
  readonly seen: readonly string[]
}

export interface LeakReport {
  readonly way: 'direct' | 'proxy' | 'bound'
  readonly findings: readonly LeakFinding[]
  /** The system lets a program see its own sockets. */
  readonly visible: boolean
}

export interface LeakTestOptions {
  readonly exit: Exit
  /** Made with that exit. */
  readonly ports: Pick<NodePorts, 'tcp' | 'udp' | 'http' | 'names' | 'clock' | 'random'>
  /** How long each kind may take; ATTEMPT_MS unless given. */
  readonly attemptMs?: number
  /** Of listeners by which this process is asked, not by which it asks: connections there are nobody's way out. */
  readonly exceptPorts?: ReadonlySet<number>
}

/** TEST-NET-2: for documentation only, so that nobody has it. */
const NOBODY: Endpoint = { host: '198.51.100.1', port: 6881 }
const NAME = 'shoal.invalid'
/** A socket must be in use for a while to be seen; one that is refused at once is looked at before and after. */
const ATTEMPT_MS = 1_000
const LOOK_MS = 20
const SHORT_TURNS = 5

const HASH = '00'.repeat(20) as WireHash

export async function runLeakTest({
  exit,
  ports,
  attemptMs = ATTEMPT_MS,
  exceptPorts = new Set(),
}: LeakTestOptions): Promise<LeakReport> {
  const watch = new Watch(exit, exceptPorts)
  const withheld = withheldBy(exit)
  // Without a way to prove, nobody need be contacted outside of this computer.
  const near = exit.kind === 'direct' ? await silentListener(ports) : undefined
  const findings: LeakFinding[] = []
  try {
    for (const [kind, what, attempt] of attempts(ports, near?.local ?? NOBODY, attemptMs)) {
      const off = what !== undefined && withheld.includes(what)
      // The session leaves the router alone; a datagram by itself would go through the proxy like any other.
      const skipped = off && what === 'PORT_MAPPING'
      findings.push(skipped ? { kind, verdict: 'off', seen: [] } : await watch.during(kind, off, attempt))
    }
  } finally {
    await near?.close()
  }
  return { way: exit.kind, findings, visible: watch.visible }
}

/** Takes connections and says nothing. */
function silentListener({ tcp }: LeakTestOptions['ports']): Promise<Listener> {
  return tcp.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    connection.events = { data() {}, drain() {}, closed() {} }
  })
}

type Attempt = () => Promise<void>

/** What is switched off is tried all the same: it must make no socket. */
function attempts(
  ports: LeakTestOptions['ports'],
  { host, port }: Endpoint,
  attemptMs: number,
): readonly (readonly [LeakKind, Withheld | undefined, Attempt])[] {
  const { tcp, udp, http, names } = ports
  const waited = () => new Promise<void>((over) => setTimeout(over, attemptMs / 3))
  const datagram = async (to: Endpoint, group?: string): Promise<void> => {
    const at = { host: '0.0.0.0', port: group === undefined ? 0 : to.port }
    const socket = await udp.bind(group === undefined ? { at } : { at, multicastGroup: group })
    if (group === undefined) socket.send(new Uint8Array(20), to)
    await waited()
    socket.close()
  }
  return [
    [
      'peers',
      undefined,
      async () => {
        const dialled = await tcp.dial({ host, port }, attemptMs).result
        if (dialled instanceof SocketError) return
        await waited()
        dialled.close()
      },
    ],
    [
      'incoming',
      'LISTENING',
      async () => {
        const listener = await tcp.listen({ host: '::', port: 0 }, (connection) => connection.close())
        await waited()
        await listener.close()
      },
    ],
    ['dht-utp', 'DATAGRAMS', () => datagram({ host, port: 6881 })],
    [
      'udp-tracker',
      'DATAGRAMS',
      async () => {
        const asked = new UdpAsker(ports).ask(
          { host, port: 6969 },
          { kind: 'scrape', hashes: [HASH] },
          attemptMs,
        )
        await Promise.race([asked.result, waited()])
        asked.cancel()
      },
    ],
    [
      'http',
      undefined,
      async () => {
        const limits = {
          limitBytes: 1_000,
          limitUnpackedBytes: 1_000,
          maxRedirects: 0,
          mayConnect: () => true,
        }
        await http.get({
          url: `http://${endpointText({ host, port })}/announce`,
          timeoutMs: attemptMs,
          ...limits,
        }).result
      },
    ],
    ['names', undefined, async () => void (await Promise.race([names.resolve(NAME), waited()]))],
    ['local-discovery', 'LAN', () => datagram({ host: LSD_GROUP_IPV4, port: LSD_PORT }, LSD_GROUP_IPV4)],
    ['port-mapping', 'PORT_MAPPING', () => datagram({ host, port: 5351 })],
  ]
}

class Watch {
  readonly #exit: Exit
  readonly #exceptPorts: ReadonlySet<number>
  readonly #devices = DeviceSockets.load()
  readonly visible: boolean

  constructor(exit: Exit, exceptPorts: ReadonlySet<number>) {
    this.#exit = exit
    this.#exceptPorts = exceptPorts
    this.visible = ownSockets(this.#devices) !== undefined
  }

  async during(kind: LeakKind, off: boolean, attempt: Attempt): Promise<LeakFinding> {
    const before = new Set((ownSockets(this.#devices) ?? []).map(textOf))
    const seen = new Set<string>()
    let leaks = false
    const look = (): void => {
      for (const socket of ownSockets(this.#devices) ?? []) {
        const text = textOf(socket)
        if (before.has(text) || this.#exceptPorts.has(socket.local.port)) continue
        seen.add(placeOf(socket))
        if (!this.#asTold(socket)) leaks = true
      }
    }
    const timer = setInterval(look, LOOK_MS)
    const outcome = attempt().then(
      () => undefined,
      (error: unknown) => error,
    )
    // What is refused at once lives for a turn or two.
    for (let turns = 0; turns < SHORT_TURNS; turns++) {
      look()
      await new Promise((next) => setImmediate(next))
    }
    const error = await outcome
    look()
    clearInterval(timer)
    if (error !== undefined && !(error instanceof SocketError)) throw error
    const named = kind === 'names' && this.#exit.kind === 'proxy'
    const verdict =
      leaks || (named && seen.size > 0) ? 'leak' : seen.size > 0 ? 'as-told' : off || named ? 'off' : 'unseen'
    return { kind, verdict: this.visible ? verdict : off ? 'off' : 'unseen', seen: [...seen] }
  }

  #asTold(socket: OwnSocket): boolean {
    const exit = this.#exit
    if (exit.kind === 'direct') return true
    if (exit.kind === 'bound') return socket.device === exit.device
    // A datagram socket that is connected can neither send elsewhere nor hear anybody else.
    const { remote, protocol } = socket
    const at = exit.at
    if (remote === undefined || at === undefined || remote.host !== at.host) return false
    return protocol === 'udp' || remote.port === at.port
  }
}

function textOf({ protocol, local, remote }: OwnSocket): string {
  return `${protocol} ${endpointText(local)} ${remote === undefined ? '*' : endpointText(remote)}`
}

function placeOf({ protocol, listens, remote, device }: OwnSocket): string {
  const by = device === undefined ? '' : ` by ${device}`
  if (listens) return `listening${by}`
  return `${protocol} to ${remote === undefined ? 'anybody' : endpointText(remote)}${by}`
}
