// A tracker on the simulated network: the register and the HTTP answers of the test tracker, which share no code with
// Shoal's own, so that a mistake there cannot hide here.

import type { IncomingMessage } from 'node:http'
import { SwarmRegister } from '../../test/interop/swarm-register.ts'
import { answerHttp } from '../../test/interop/tracker-http.ts'
import type { SimHost } from './host.ts'

const PORT = 6969

/** Two minutes: short enough that a swarm of simulated minutes announces again. */
const INTERVAL_SECONDS = 120

export class SimTracker {
  readonly register = new SwarmRegister()
  readonly url: string
  readonly host: SimHost

  constructor(host: SimHost) {
    this.host = host
    this.url = `http://${host.addresses[0] as string}:${PORT}/announce`
    host.network.web.serve(host, PORT, ({ url, from }) => {
      const request = { url: `${url.pathname}${url.search}`, socket: { remoteAddress: from } }
      return answerHttp(request as IncomingMessage, this.register, { intervalSeconds: INTERVAL_SECONDS })
    })
  }
}
