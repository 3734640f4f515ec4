// An address and port of a peer, tracker or host: textual IP, never a name, so that nothing resolves by accident.

export interface Endpoint {
  /** Canonical textual IPv4 (a.b.c.d) or IPv6 (RFC 5952, no brackets, no zone except for link-local dials). */
  readonly host: string
  /** 1 … 65535 for something to contact; 0 means "any" when binding. */
  readonly port: number
}

export function isIPv6(host: string): boolean {
  return host.includes(':')
}

/** `1.2.3.4:5` or `[::1]:5`; a map key and a text for people. */
export function endpointText(endpoint: Endpoint): string {
  return isIPv6(endpoint.host) ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`
}
