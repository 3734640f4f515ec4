// A home behind a real router: this process's namespace is the router (nftables, masquerading, everything from outside
// dropped), `home` is a computer behind it, `outside` one on the Internet side. miniupnpd opens ports when asked.
//
// Promise: home reaches outside, outside does not reach home, until a mapping says so. All of it vanishes with the namespace.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Host } from '../../lab/netns/lan.ts'
import { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'

const run = promisify(execFile)

/** miniupnpd refuses to map for an outer address that is not public. */
export const OUTER = '45.67.89.1'
/** Of the computer outside: three networks, because where one is seen counts once for each. */
export const OUTSIDE = ['45.67.89.2', '51.51.51.2', '52.52.52.2'] as const
export const INNER = '192.168.77.1'
const HOME = '192.168.77.2'
export const OUTER6 = '2001:db8:1::1'
const OUTSIDE6 = '2001:db8:1::2'
export const HOME6 = '2001:db8:77::2'
/** What the router calls itself. */
export const ROUTER_NAME = 'Kitchen router'

const RULES = `
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "lan0" accept
    jump miniupnpd
  }
  chain miniupnpd { }
  chain prerouting { type nat hook prerouting priority -100; policy accept; jump prerouting_miniupnpd; }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    jump postrouting_miniupnpd
    meta nfproto ipv4 oifname "wan0" masquerade
  }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
`

export class HomeRouter {
  readonly home: Host
  readonly outside: Host
  readonly #directory: string
  #daemon: Program | undefined

  private constructor(directory: string, home: Host, outside: Host) {
    this.#directory = directory
    this.home = home
    this.outside = outside
  }

  /** Once for each namespace. @param directory for the daemon's files */
  static async make(directory: string): Promise<HomeRouter> {
    const home = await hostBehind('home', 'lan0', HOME, HOME6)
    const outside = await hostBehind('outside', 'wan0', OUTSIDE[0], OUTSIDE6)
    const script = [
      `ip addr add ${INNER}/24 dev lan0`,
      `ip addr add ${OUTER}/24 dev wan0`,
      'ip -6 addr add 2001:db8:77::1/64 dev lan0 nodad',
      'ip -6 addr add fe80::1/64 dev lan0 nodad',
      `ip -6 addr add ${OUTER6}/64 dev wan0 nodad`,
      'echo 1 > /proc/sys/net/ipv4/ip_forward',
      'echo 1 > /proc/sys/net/ipv6/conf/all/forwarding',
      ...OUTSIDE.slice(1).map((address) => `ip route add ${address}/32 dev wan0`),
      // Where the router's own answers to multicast searches go.
      'ip route add 239.0.0.0/8 dev lan0',
    ]
    await run('sh', ['-c', script.join(' && ')])
    await inside(home, [
      `ip addr add ${HOME}/24 dev eth0`,
      `ip -6 addr add ${HOME6}/64 dev eth0 nodad`,
      `ip route add default via ${INNER}`,
      // As on a real network, where the router is known by its link-local address.
      'ip -6 route add default via fe80::1 dev eth0',
    ])
    await inside(outside, [
      ...OUTSIDE.map((address) => `ip addr add ${address}/24 dev eth0`),
      `ip -6 addr add ${OUTSIDE6}/64 dev eth0 nodad`,
      `ip -6 route add 2001:db8:77::/64 via ${OUTER6}`,
    ])
    const rules = join(directory, 'rules.nft')
    await writeFile(rules, RULES)
    await run('nft', ['-f', rules])
    return new HomeRouter(directory, home, outside)
  }

  /** Starts miniupnpd with nothing mapped. @param settings lines of its configuration beside the ones every test needs */
  async start(settings: readonly string[]): Promise<Program> {
    await this.stop()
    for (const chain of ['miniupnpd', 'prerouting_miniupnpd', 'postrouting_miniupnpd'])
      await run('nft', ['flush', 'chain', 'inet', 'filter', chain])
    const file = join(this.#directory, 'miniupnpd.conf')
    const lines = [
      'ext_ifname=wan0',
      'listening_ip=lan0',
      'http_port=0',
      'secure_mode=yes',
      // Its own lower bound is two minutes; a test cannot wait that long for a renewal.
      'min_lifetime=4',
      'max_lifetime=86400',
      'uuid=6dbbb5a4-4f06-4b0e-8b0c-2f1a6f4f2a10',
      `friendly_name=${ROUTER_NAME}`,
      'notify_interval=60',
      'clean_ruleset_interval=10',
      ...settings,
      'allow 1024-65535 192.168.77.0/24 1024-65535',
      'deny 0-65535 0.0.0.0/0 0-65535',
    ]
    await writeFile(file, `${lines.join('\n')}\n`)
    const words = ['miniupnpd', '-d', '-f', file, '-P', join(this.#directory, 'miniupnpd.pid')]
    const daemon = new Program('miniupnpd', words)
    this.#daemon = daemon
    await until('the router listens', listens, { program: daemon })
    return daemon
  }

  /** Between home and outside: whoever begins a plain BitTorrent handshake is cut off, as some providers do. */
  async cutPlain(on: boolean): Promise<void> {
    const chain = 'inet filter provider'
    if (!on) {
      await run('nft', ['flush', 'chain', ...chain.split(' ')])
      return
    }
    await run('nft', ['add', 'chain', ...chain.split(' '), '{ type filter hook forward priority -10; }'])
    // Its first eight bytes: 19, "BitTorr".
    const plain = 'meta l4proto tcp @ih,0,64 0x13426974546f7272 reject with tcp reset'
    await run('nft', ['add', 'rule', ...chain.split(' '), ...plain.split(' ')])
  }

  /** The last lines that miniupnpd printed. */
  tail(): string {
    return this.#daemon?.tail() ?? ''
  }

  async stop(): Promise<void> {
    await this.#daemon?.stop()
    this.#daemon = undefined
  }

  /** What is let in from outside now, a line of nftables each. */
  async mapped(): Promise<string[]> {
    const { stdout } = await run('nft', ['-n', 'list', 'chain', 'inet', 'filter', 'miniupnpd'])
    return stdout.split('\n').filter((line) => line.includes('accept'))
  }
}

/** Its HTTP port is any free one; both kinds of daemon open a UDP port that is known: SSDP or NAT-PMP. */
async function listens(): Promise<boolean> {
  const { stdout } = await run('ss', ['-Hlun'])
  return /:(1900|5351)\s/.test(stdout)
}

async function hostBehind(name: string, port: string, address: string, address6: string): Promise<Host> {
  const holder = spawn('unshare', ['--net', '--', 'sh', '-c', 'echo ready; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  holder.unref()
  await once(holder.stdout, 'data')
  holder.stdout.destroy()
  ;(holder.stdin as unknown as { unref?: () => void }).unref?.()
  await run('sh', [
    '-c',
    `ip link add ${port} type veth peer name eth0 netns ${holder.pid} && ip link set ${port} up`,
  ])
  const host: Host = {
    name,
    address,
    address6,
    prefix: ['nsenter', `--net=/proc/${holder.pid}/ns/net`, '--'],
    leave: () => holder.kill('SIGKILL'),
  }
  await inside(host, ['ip link set lo up', 'ip link set eth0 up'])
  return host
}

async function inside(host: Host, lines: readonly string[]): Promise<void> {
  const [program = 'sh', ...words] = [...host.prefix, 'sh', '-c', lines.join(' && ')]
  await run(program, words)
}
