// A server of static files on the simulated network: it knows ranges (RFC 9110), and nothing of BitTorrent.

import type { SimHost } from './host.ts'

const PORT = 80

export class SimWebSeed {
  readonly host: SimHost
  readonly url: string
  /** Bytes of bodies it was asked for. */
  askedBytes = 0
  requests = 0
  /** Answers 503 while it is true. */
  busy = false

  constructor(host: SimHost, content: Uint8Array) {
    this.host = host
    this.url = `http://${host.addresses[0] as string}/content.bin`
    host.network.web.serve(host, PORT, ({ headers }) => {
      this.requests++
      if (this.busy) return { status: 503, headers: { 'retry-after': '5' }, body: new Uint8Array(0) }
      const match = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')
      const [first, last] = match === null ? [0, content.length - 1] : [Number(match[1]), Number(match[2])]
      const body = content.subarray(first, last + 1)
      this.askedBytes += body.length
      return {
        status: match === null ? 200 : 206,
        headers: {
          'content-length': String(body.length),
          ...(match === null ? {} : { 'content-range': `bytes ${first}-${last}/${content.length}` }),
        },
        body,
      }
    })
  }
}
