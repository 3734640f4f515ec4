// Device addresses as libp2p writes them: /ip4/…/tcp/…, /ip4/…/udp/…/utp, /p2p/<relay>/p2p-circuit, each with whom to
// find there, so that anybody else who answers is refused by the handshake.

import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { canonicalIp } from '../../base/address.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { type DeviceAddress, parsePlace } from '../device-address.ts'
import type { DeviceId } from '../ids.ts'
import { deviceOf, peerIdOf } from './peer-key.ts'

export function wireMultiaddr(kind: 'tcp' | 'utp', { host, port }: Endpoint): Multiaddr {
  const ip = `/${isIPv6(host) ? 'ip6' : 'ip4'}/${host}`
  return multiaddr(kind === 'tcp' ? `${ip}/tcp/${port}` : `${ip}/udp/${port}/utp`)
}

export function deviceMultiaddr(device: DeviceId, address: DeviceAddress): Multiaddr | undefined {
  const place = parsePlace(address)
  if (place === undefined) return undefined
  const whom = `/p2p/${peerIdOf(device)}`
  if (place.by === 'relay') return relayedMultiaddr(place.through, device)
  return wireMultiaddr(place.by, place.at).encapsulate(whom)
}

export function relayedMultiaddr(through: DeviceId, to: DeviceId): Multiaddr {
  return multiaddr(`/p2p/${peerIdOf(through)}/p2p-circuit/p2p/${peerIdOf(to)}`)
}

/** Who is asked to carry to whom; undefined for an address of another kind. */
export function relayIn(address: Multiaddr): { through: DeviceId; to: DeviceId } | undefined {
  const [relay, circuit, whom] = address.getComponents()
  if (relay?.name !== 'p2p' || circuit?.name !== 'p2p-circuit' || whom?.name !== 'p2p') return undefined
  const through = deviceOf(peerIdFromString(relay.value ?? ''))
  const to = deviceOf(peerIdFromString(whom.value ?? ''))
  return through === undefined || to === undefined ? undefined : { through, to }
}

/** What a wire is asked to reach; undefined for an address of another kind. */
export function wireEndpoint(kind: 'tcp' | 'utp', address: Multiaddr): Endpoint | undefined {
  const [ip, port, third] = address.getComponents()
  if ((ip?.name !== 'ip4' && ip?.name !== 'ip6') || port?.value === undefined) return undefined
  const fits = kind === 'tcp' ? port.name === 'tcp' : port.name === 'udp' && third?.name === 'utp'
  const host = canonicalIp(ip.value ?? '')
  const last = address.getComponents()[kind === 'tcp' ? 2 : 3]
  const whole = last === undefined || last.name === 'p2p'
  const relayed = address.getComponents().some(({ name }) => name === 'p2p-circuit')
  if (!fits || !whole || relayed || host === undefined) return undefined
  return { host, port: Number(port.value) }
}
