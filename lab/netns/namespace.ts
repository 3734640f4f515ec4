// Gives a program a Linux network, process and mount namespace of its own.
//
// How: the file runs itself again inside `unshare`. Rather than entering a named namespace for every command, one
// re-run means that everything the file does (servers in plain Node, fetch, spawned clients) is inside without
// thinking about it; that nothing has a name, so parallel runs cannot collide; and that nothing has to be removed:
// the kernel drops links, routes, mounts and every leftover process together with the namespace's first process,
// even after `kill -9`. It needs no root where the system allows user namespaces.
//
// Promise: after `enterNamespace` says `inside`, 10.64.0.0/10 and fd00:64::/64 are local (any address of them can be
// listened on), no packet can leave the machine, and `directory` is an empty RAM disk that vanishes at the end.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'

export type Footing =
  | { readonly kind: 'inside'; readonly directory: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** Set, to the RAM disk's path, only in the environment of a program that runs inside. */
const INSIDE = 'SHOAL_NETNS_DIRECTORY'

const SET_UP = [
  'ip link set lo up',
  'ip route add local 10.64.0.0/10 dev lo',
  // A host may have IPv6 compiled out; what needs it then fails with its own words.
  '{ ip -6 route add local fd00:64::/64 dev lo && echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind; }',
  'mount -t tmpfs tmpfs "$0"',
].join(' && ')

/**
 * Call it first in a file, with `import.meta.filename`. Outside, it runs the file again inside and never returns (the
 * process ends with the inner one's exit code); inside, it returns at once; where the system does not permit
 * namespaces it returns the reason, for the caller to print.
 */
export async function enterNamespace(file: string): Promise<Footing> {
  const inside = process.env[INSIDE]
  if (inside !== undefined) return { kind: 'inside', directory: inside }
  if (process.platform !== 'linux') return refused('network namespaces exist on Linux only')
  const directory = mkdtempSync(join(tmpdir(), 'shoal-netns-'))
  process.once('exit', () => rmdirSync(directory))
  const probe = enter(directory, ['true'])
  const tried = spawnSync(probe.program, probe.args, { encoding: 'utf8' })
  if (tried.error !== undefined) return refused(`${probe.program}: ${tried.error.message}`)
  if (tried.status !== 0) return refused(tried.stderr.trim() || `exit code ${tried.status}`)
  const command = enter(directory, [process.execPath, ...process.execArgv, file, ...process.argv.slice(2)])
  const child = spawn(command.program, command.args, {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: directory },
  })
  // A signal to this process must not leave the inner one behind: it dies with its parent (pdeathsig below).
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]))
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (exitCode) => resolve(exitCode ?? 1))
  })
  process.exit(code)
}

function refused(reason: string): Footing {
  const remedy = /\bip: (command )?not found/.test(reason) ? ' (apt-get install iproute2)' : ''
  return { kind: 'refused', reason: `no network namespace here: ${reason}${remedy}` }
}

/**
 * The command that runs `inner` inside. For a user who is not root the user namespace comes first and alone: taking it
 * resets the death signal, which `setpriv` therefore sets after it.
 */
function enter(directory: string, inner: readonly string[]): { program: string; args: string[] } {
  const asRoot = process.getuid?.() === 0 ? [] : ['unshare', '--user', '--map-root-user', '--']
  const words = [
    ...asRoot,
    ...['setpriv', '--pdeathsig', 'KILL', '--'],
    ...['unshare', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
    ...['sh', '-c', `${SET_UP} && exec "$@"`, directory, ...inner],
  ]
  const [program = 'unshare', ...args] = words
  return { program, args }
}
