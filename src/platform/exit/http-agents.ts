// Where Node's HTTP takes its connections from when the system may not make them: each is opened by the exit.
// Promise: after destroy() nothing is being opened any more.

import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { SocketError } from '../../base/ports.ts'
import type { Opened, Opening, StreamMaker } from './exit.ts'

/** Who asks keeps a shorter time of his own, as a rule; this ends what nobody waits for any more. */
const OPEN_MS = 30_000

type Made = (error: Error | null, stream: Duplex) => void
type Stream = Exclude<Opened, SocketError>

export class PlainExitAgent extends http.Agent {
  readonly #openings: Openings

  constructor(maker: StreamMaker, options: http.AgentOptions) {
    super(options)
    this.#openings = new Openings(maker)
  }

  override createConnection(options: http.ClientRequestArgs, made?: Made): undefined {
    void this.#openings.begin(options, made, (stream) => stream)
  }

  override destroy(): void {
    this.#openings.cancel()
    super.destroy()
  }
}

export class TlsExitAgent extends https.Agent {
  readonly #openings: Openings

  constructor(maker: StreamMaker, options: https.AgentOptions) {
    super(options)
    this.#openings = new Openings(maker)
  }

  /** The certificate is compared with the server name, or with the host where there is none. */
  override createConnection(options: https.RequestOptions, made?: Made): undefined {
    void this.#openings.begin(options, made, (socket) =>
      connectTls({ ...(options as object), host: options.host ?? '', socket }),
    )
  }

  override destroy(): void {
    this.#openings.cancel()
    super.destroy()
  }
}

class Openings {
  readonly #maker: StreamMaker
  readonly #underWay = new Set<Opening>()

  constructor(maker: StreamMaker) {
    this.#maker = maker
  }

  async begin(
    { host, port }: http.ClientRequestArgs,
    made: Made | undefined,
    wrap: (stream: Stream) => Duplex,
  ): Promise<void> {
    const opening = this.#maker.open({ host: host ?? '', port: Number(port) }, OPEN_MS)
    this.#underWay.add(opening)
    const opened = await opening.result
    this.#underWay.delete(opening)
    // Node takes either; a stream is not looked at beside an error.
    if (opened instanceof SocketError) made?.(opened, undefined as unknown as Duplex)
    else made?.(null, wrap(opened))
  }

  cancel(): void {
    for (const opening of this.#underWay) opening.cancel()
  }
}
