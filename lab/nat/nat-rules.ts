// What a home router does to UDP and TCP, as rules of nftables: the kinds of NAT by the words of RFC 4787 (UDP) and 5382 (TCP).
//
// | kind               | mapping                    | filtering                  | as others call it, or where it stands   |
// |--------------------|----------------------------|----------------------------|-----------------------------------------|
// | open               | none                       | none                       | no NAT                                  |
// | forwarded          | endpoint-independent       | none on forwarded ports    | port mapping, UPnP                      |
// | full-cone          | endpoint-independent       | endpoint-independent       | NAT 1                                   |
// | address-restricted | endpoint-independent       | address-dependent          | NAT 2                                   |
// | port-restricted    | endpoint-independent       | address and port-dependent | NAT 3; Linux as it comes                |
// | port-moving        | endpoint-independent       | address and port-dependent | NAT 3 at a provider: other ports outside |
// | symmetric          | address and port-dependent | address and port-dependent | NAT 4                                   |
//
// The mapping is the kernel's masquerade: it keeps the port while that is free, so that one inner endpoint has one
// outer endpoint; told to use a range of its own it keeps to the port that it took first; with `fully-random` it takes
// another for every conversation. Its own filtering lets in the answers
// of one conversation only (address and port-dependent). Wider filtering is what the sets remember: who spoke from which outer
// port, and to whom, for as long as a mapping lives.
//
// What comes unasked is dropped before the router itself would see it: a refusal (ICMP), or the kernel's memory of it,
// would take the outer port away from the very answer that makes a hole.

export type NatKind =
  | 'open'
  | 'forwarded'
  | 'full-cone'
  | 'address-restricted'
  | 'port-restricted'
  | 'port-moving'
  | 'symmetric'

export const NAT_KINDS: readonly NatKind[] = [
  'open',
  'forwarded',
  'full-cone',
  'address-restricted',
  'port-restricted',
  'port-moving',
  'symmetric',
]

export interface RouterPlan {
  readonly kind: Exclude<NatKind, 'open'>
  /** The computer behind it. */
  readonly inner: string
  /** What a port mapping lets through to it, TCP and UDP. */
  readonly forwardedPorts: readonly [number, number]
}

/** RFC 4787, REQ-5: a mapping lives for two minutes at least, and better for five. */
const MAPPING_S = 300

/** Outer ports of `port-moving`: none that anybody inside uses. */
const MOVED_PORTS = '40000-60000'

/** Interfaces of a router. */
export const OUTSIDE = 'outside'
export const INSIDE = 'inside'

/** For `nft -f`. */
export function rulesOf(plan: RouterPlan): string {
  return [
    'table ip nat {',
    ...(remembers(plan.kind) ? MEMORY : []),
    ...chain('postrouting', 'nat', 'srcnat', masquerade(plan.kind)),
    ...chain('prerouting', 'nat', 'dstnat', admission(plan)),
    '}',
    'table ip filter {',
    ...chain('input', 'filter', 'filter', [`iifname "${OUTSIDE}" drop`]),
    ...chain('forward', 'filter', 'filter', [
      `iifname "${INSIDE}" accept`,
      'ct state established,related accept',
      'ct status dnat accept',
      'drop',
    ]),
    '}',
    '',
  ].join('\n')
}

/** What `sysctl` would set, as paths below /proc/sys. */
export const ROUTER_SETTINGS: Readonly<Record<string, number>> = {
  'net/ipv4/ip_forward': 1,
  'net/netfilter/nf_conntrack_udp_timeout': MAPPING_S,
  'net/netfilter/nf_conntrack_udp_timeout_stream': MAPPING_S,
}

function remembers(kind: NatKind): boolean {
  return kind === 'full-cone' || kind === 'address-restricted'
}

function masquerade(kind: NatKind): string[] {
  const rule = `oifname "${OUTSIDE}"`
  if (kind === 'symmetric') return [`${rule} masquerade random,fully-random`]
  const moved = `${rule} meta l4proto { tcp, udp } masquerade to :${MOVED_PORTS}`
  return [...(kind === 'port-moving' ? [moved] : []), `${rule} masquerade`]
}

function admission({ kind, inner, forwardedPorts }: RouterPlan): string[] {
  const from = `iifname "${OUTSIDE}"`
  switch (kind) {
    case 'forwarded': {
      const ports = forwardedPorts.join('-')
      return [`${from} udp dport ${ports} dnat to ${inner}`, `${from} tcp dport ${ports} dnat to ${inner}`]
    }
    case 'full-cone':
      return [`${from} dnat ip addr . port to udp dport map @mapped`]
    case 'address-restricted':
      return [`${from} udp dport . ip saddr @contacted dnat ip addr . port to udp dport map @mapped`]
    case 'port-restricted':
    case 'port-moving':
    case 'symmetric':
      return []
  }
}

/**
 * Which inner endpoint an outer port belongs to, and whom it has spoken to. A conversation that was begun from outside
 * names the inner endpoint in its reply half.
 */
const MEMORY: readonly string[] = [
  'map mapped {',
  'type inet_service : ipv4_addr . inet_service',
  `flags dynamic,timeout; timeout ${MAPPING_S}s; size 65535;`,
  '}',
  'set contacted {',
  'type inet_service . ipv4_addr',
  `flags dynamic,timeout; timeout ${MAPPING_S}s; size 65535;`,
  '}',
  'chain remember {',
  'type filter hook postrouting priority srcnat + 1;',
  `oifname != "${OUTSIDE}" return`,
  'meta l4proto != udp return',
  'ct direction original update @mapped { udp sport : ct original ip saddr . ct original proto-src }',
  'ct direction reply update @mapped { udp sport : ct reply ip saddr . ct reply proto-src }',
  'update @contacted { udp sport . ip daddr }',
  '}',
]

function chain(name: string, type: string, priority: string, rules: readonly string[]): string[] {
  return [`chain ${name} {`, `type ${type} hook ${name} priority ${priority};`, ...rules, '}']
}
