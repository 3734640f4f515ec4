// Device addresses as libp2p writes them: /ip4/…/tcp/…, /ip4/…/udp/…/utp, /p2p/<relay>/p2p-circuit, each with whom to
// find there, so that anybody else who answers is refused by the handshake.

import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { canonicalIp } from '../../base/address.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { type DeviceAddress, parsePlace } from '../device-address.ts'
import type { DeviceId } from '../ids.ts'
import { peerIdOf } from './peer-key.ts'

export function wireMultiaddr(kind: 'tcp' | 'utp', { host, port }: Endpoint): Multiaddr {
  const ip = `/${isIPv6(host) ? 'ip6' : 'ip4'}/${host}`
  return multiaddr(kind === 'tcp' ? `${ip}/tcp/${port}` : `${ip}/udp/${port}/utp`)
}

export function deviceMultiaddr(device: DeviceId, address: DeviceAddress): Multiaddr | undefined {
  const place = parsePlace(address)
  if (place === undefined) return undefined
  const whom = `/p2p/${peerIdOf(device)}`
  if (place.by === 'relay') return multiaddr(`/p2p/${peerIdOf(place.through)}/p2p-circuit${whom}`)
  return wireMultiaddr(place.by, place.at).encapsulate(whom)
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
