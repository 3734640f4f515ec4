// Whether the system keeps its clock right by itself. Asks the system only; sends nothing.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** systemd-timesyncd makes this file when it has set the clock. */
const TIMESYNC_MARK = '/run/systemd/timesync/synchronized'
const ASK_MS = 2_000

/** @returns undefined where the system does not tell. */
export async function clockSynchronised(
  platform: NodeJS.Platform = process.platform,
): Promise<boolean | undefined> {
  if (platform !== 'linux') return undefined
  if (existsSync(TIMESYNC_MARK)) return true
  try {
    const { stdout } = await run('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
      timeout: ASK_MS,
    })
    const said = stdout.trim()
    return said === 'yes' ? true : said === 'no' ? false : undefined
  } catch {
    // No systemd here, or it does not answer: then nobody tells.
    return undefined
  }
}
