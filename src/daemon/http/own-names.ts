// The names under which this server may be asked: loopback with any port, and what server.names lists. Pure.
// Invariant: a Host that is not exactly one of them is foreign, whatever it resolves to (no DNS rebinding).

/** How a request that named us rightly came in. */
export interface OwnName {
  /** As a browser writes it in Origin. */
  readonly origin: string
  /** By TLS, so that cookies are Secure. */
  readonly secure: boolean
  /** A page may hold a session here: by loopback or TLS, never by a plain name of the network. */
  readonly forPages: boolean
  /** As the browser sees it; cookies ignore ports, so their names carry it. */
  readonly port: number
}

interface Listed {
  readonly name: OwnName
  /** Every exact Host that means it. */
  readonly hosts: readonly string[]
}

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?$/
const NAME =
  /^(?:(https?):\/\/)?([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]{2,39}\])(?::(\d{1,5}))?\/?$/
const USUAL_PORT = { http: 80, https: 443 } as const

export class OwnNames {
  readonly #listed: readonly Listed[]
  /** Entries that are no name of a server: said once, never matched. */
  readonly invalid: readonly string[]

  /** @param names of server.names: `[https://|http://]host[:port]`, https unless said */
  constructor(names: readonly string[]) {
    const listed: Listed[] = []
    const invalid: string[] = []
    for (const written of names) {
      const entry = listedName(written)
      if (entry === undefined) invalid.push(written)
      else listed.push(entry)
    }
    this.#listed = listed
    this.invalid = invalid
  }

  /** Origins with TLS, in the order they are listed. */
  get secureOrigins(): readonly string[] {
    return this.#listed.filter(({ name }) => name.secure).map(({ name }) => name.origin)
  }

  /** @param host exactly as the request has it */
  find(host: string): OwnName | undefined {
    const listed = this.#listed.find(({ hosts }) => hosts.includes(host))
    if (listed !== undefined) return listed.name
    const loopback = LOOPBACK.exec(host)
    if (loopback === null) return undefined
    const port = loopback[1] === undefined ? USUAL_PORT.http : portOf(loopback[1])
    if (port === undefined) return undefined
    // A browser leaves the usual port out of Origin.
    const origin = `http://${port === USUAL_PORT.http ? host.replace(/:80$/, '') : host}`
    return { origin, secure: false, forPages: true, port }
  }
}

function listedName(written: string): Listed | undefined {
  const parts = NAME.exec(written.trim().toLowerCase())
  if (parts === null) return undefined
  const scheme = parts[1] === 'http' ? 'http' : 'https'
  const host = parts[2] as string
  const port = parts[3] === undefined ? USUAL_PORT[scheme] : portOf(parts[3])
  if (port === undefined) return undefined
  const usual = port === USUAL_PORT[scheme]
  const secure = scheme === 'https'
  return {
    name: { origin: `${scheme}://${host}${usual ? '' : `:${port}`}`, secure, forPages: secure, port },
    hosts: usual ? [host, `${host}:${port}`] : [`${host}:${port}`],
  }
}

function portOf(digits: string): number | undefined {
  const port = Number(digits)
  return port >= 1 && port <= 65_535 && String(port) === digits ? port : undefined
}
