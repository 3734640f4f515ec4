// What systems really print; the numbers of the networks are made up.

import assert from 'node:assert/strict'
import type os from 'node:os'
import { test } from 'node:test'
import { gatewayOf, NodeGateways } from './gateways.ts'
import { bsdRoute, linuxRoute4, linuxRoute6, windowsRoute4, windowsRoute6 } from './route-text.ts'

const LINUX4 = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT                                                       
wlan0	00000000	0101A8C0	0003	0	0	600	00000000	0	0	0                                                                           
eth0	00000000	FEB2A8C0	0003	0	0	100	00000000	0	0	0                                                                           
eth0	00B2A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0                                                                           
tun0	00000000	0100000A	0003	0	0	50	00000080	0	0	0                                                                           
`

const LINUX6 = `fd000200000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe80000000000000021122fffe334455 00000400 00000002 00000000 00450003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`

const MACOS4 = `   route to: default
destination: default
       mask: default
    gateway: 192.168.1.1
  interface: en0
      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>
`

const MACOS6 = `   route to: default
destination: default
       mask: default
    gateway: fe80::1%en0
  interface: en0
`

const WINDOWS4 = `===========================================================================
Interface List
 12...00 11 22 33 44 55 ......Intel(R) Ethernet Connection
===========================================================================

IPv4 Route Table
===========================================================================
Active Routes:
Network Destination        Netmask          Gateway       Interface  Metric
          0.0.0.0          0.0.0.0      192.168.1.1     192.168.1.50     25
          0.0.0.0          0.0.0.0     192.168.20.1    192.168.20.7     45
===========================================================================
Persistent Routes:
  None
`.replaceAll('\n', '\r\n')

const WINDOWS6 = `IPv6 Route Table
===========================================================================
Active Routes:
 If Metric Network Destination      Gateway
 12    281 ::/0                     fe80::211:22ff:fe33:4455
===========================================================================
`.replaceAll('\n', '\r\n')

const route = (gateway: string, interfaceName: string | undefined, ownHost?: string) => ({
  gateway,
  interfaceName,
  ownHost,
})

test('the default route of least metric is read from the tables of each system', () => {
  assert.deepEqual(linuxRoute4(LINUX4), route('192.168.178.254', 'eth0'))
  assert.deepEqual(linuxRoute6(LINUX6), route('fe80::211:22ff:fe33:4455', 'eth0'))
  assert.deepEqual(bsdRoute(MACOS4), route('192.168.1.1', 'en0'))
  assert.deepEqual(bsdRoute(MACOS6), route('fe80::1', 'en0'))
  assert.deepEqual(windowsRoute4(WINDOWS4), route('192.168.1.1', undefined, '192.168.1.50'))
  assert.deepEqual(windowsRoute6(WINDOWS6), route('fe80::211:22ff:fe33:4455', '12'))
})

test('where everything leaves by one interface, its own default route is the one', () => {
  assert.deepEqual(linuxRoute4(LINUX4, 'wlan0'), route('192.168.1.1', 'wlan0'))
  assert.equal(linuxRoute4(LINUX4, 'eth1'), undefined)
  assert.equal(linuxRoute6(LINUX6, 'wlan0'), undefined)
})

test('an interface that is gone has no router', async () => {
  assert.deepEqual(await new NodeGateways({ device: undefined, address: undefined }).find(), [])
})

test('text cut anywhere, and text of other kinds, gives a route or none, and never throws', () => {
  const readers = [linuxRoute4, linuxRoute6, bsdRoute, windowsRoute4, windowsRoute6]
  for (const text of [LINUX4, LINUX6, MACOS4, MACOS6, WINDOWS4, WINDOWS6]) {
    for (let end = 0; end < text.length; end += 7)
      for (const reader of readers) reader(text.slice(0, end), undefined)
  }
  for (const reader of readers)
    assert.equal(reader('route: writing to routing socket: not in table'), undefined)
})

function address(host: string, netmask: string, scopeid = 0): os.NetworkInterfaceInfo {
  const common = { address: host, netmask, mac: '', internal: false, cidr: null }
  return host.includes(':') ? { ...common, family: 'IPv6', scopeid } : { ...common, family: 'IPv4' }
}

test('our address is one on the interface of the route, in the network of the gateway', () => {
  const interfaces = {
    eth0: [
      address('10.0.0.5', '255.0.0.0'),
      address('192.168.178.20', '255.255.255.0'),
      address('fe80::5', 'ffff:ffff:ffff:ffff::', 2),
      address('2001:db8::5', 'ffff:ffff:ffff:ffff::'),
    ],
    wlan0: [address('192.168.178.77', '255.255.255.0')],
  }
  assert.deepEqual(gatewayOf(route('192.168.178.254', 'eth0'), interfaces, 4), {
    host: '192.168.178.254',
    ownHost: '192.168.178.20',
  })
  assert.deepEqual(gatewayOf(route('fe80::1', 'eth0'), interfaces, 6), {
    host: 'fe80::1%eth0',
    ownHost: '2001:db8::5',
  })
  assert.deepEqual(gatewayOf(route('fe80::1', '2'), interfaces, 6)?.host, 'fe80::1%2')
  assert.equal(gatewayOf(route('192.168.178.254', 'eth9'), interfaces, 4), undefined)
  assert.equal(gatewayOf(undefined, interfaces, 4), undefined)
})

test('this computer answers, whatever its networks are', async () => {
  const found = await new NodeGateways().find()
  assert.ok(found.length <= 2)
})
