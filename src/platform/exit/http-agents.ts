// Where Node's HTTP takes its connections from when the system may not make them: each is opened by the exit.

import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { SocketError } from '../../base/ports.ts'
import type { StreamMaker } from './exit.ts'

/** Who asks keeps a shorter time of his own, as a rule; this ends what nobody waits for any more. */
const OPEN_MS = 30_000

type Made = (error: Error | null, stream: Duplex) => void

export class PlainExitAgent extends http.Agent {
  readonly #maker: StreamMaker

  constructor(maker: StreamMaker, options: http.AgentOptions) {
    super(options)
    this.#maker = maker
  }

  override createConnection(options: http.ClientRequestArgs, made?: Made): undefined {
    void open(this.#maker, options, made, (stream) => stream)
  }
}

export class TlsExitAgent extends https.Agent {
  readonly #maker: StreamMaker

  constructor(maker: StreamMaker, options: https.AgentOptions) {
    super(options)
    this.#maker = maker
  }

  /** The certificate is compared with the server name, or with the host where there is none. */
  override createConnection(options: https.RequestOptions, made?: Made): undefined {
    void open(this.#maker, options, made, (socket) =>
      connectTls({ ...(options as object), host: options.host ?? '', socket }),
    )
  }
}

async function open(
  maker: StreamMaker,
  { host, port }: http.ClientRequestArgs,
  made: Made | undefined,
  wrap: (stream: Exclude<Awaited<ReturnType<StreamMaker['open']>['result']>, SocketError>) => Duplex,
): Promise<void> {
  const opened = await maker.open({ host: host ?? '', port: Number(port) }, OPEN_MS).result
  // Node takes either; a stream is not looked at beside an error.
  if (opened instanceof SocketError) made?.(opened, undefined as unknown as Duplex)
  else made?.(null, wrap(opened))
}
