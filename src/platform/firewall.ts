// Which firewall program runs on this computer, as far as anybody may know without being an administrator.
// Asks the system only; changes nothing.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

const UFW_SETTINGS = '/etc/ufw/ufw.conf'
const ASK_MS = 2_000

/** `none-known`: none of those that can be asked; rules made by hand are visible to administrators only. */
export type Firewall = 'ufw' | 'firewalld' | 'windows' | 'macos' | 'none-known'

export async function firewallProgram(platform: NodeJS.Platform = process.platform): Promise<Firewall> {
  // Both come with one that asks the person, or was told not to.
  if (platform === 'win32') return 'windows'
  if (platform === 'darwin') return 'macos'
  if (ufwIsOn()) return 'ufw'
  try {
    const { stdout } = await run('firewall-cmd', ['--state'], { timeout: ASK_MS })
    if (stdout.trim() === 'running') return 'firewalld'
  } catch {
    // Not installed, or not running: its exit code says so.
  }
  return 'none-known'
}

function ufwIsOn(): boolean {
  try {
    return saysEnabled(readFileSync(UFW_SETTINGS, 'utf8'))
  } catch {
    // Not installed, or its settings are not for us to read.
    return false
  }
}

/** The settings file of ufw: shell-like lines, the last one counts. */
export function saysEnabled(settings: string): boolean {
  const lines = [...settings.matchAll(/^\s*ENABLED\s*=\s*["']?(\w+)["']?\s*$/gm)]
  return lines.at(-1)?.[1]?.toLowerCase() === 'yes'
}
