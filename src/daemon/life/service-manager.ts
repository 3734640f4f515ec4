// Tells systemd that the daemon answers, or that it ends. sd_notify is a datagram on a Unix socket, which Node does not
// have; systemd's own tool has it, and is there wherever the socket is. The unit allows it with NotifyAccess=all.

import { execFile } from 'node:child_process'

const DEADLINE_MS = 5_000

/** @returns whether systemd started this process and waits to hear from it */
export function isNotified(environment: NodeJS.ProcessEnv): boolean {
  return (environment.NOTIFY_SOCKET ?? '') !== ''
}

/**
 * @param states such as `READY=1`, `STOPPING=1` (sd_notify(3))
 * @returns false when it could not be told: systemd then says itself that it waited in vain
 */
export function notifyManager(
  environment: NodeJS.ProcessEnv,
  ...states: readonly string[]
): Promise<boolean> {
  if (!isNotified(environment)) return Promise.resolve(false)
  return new Promise((resolve) => {
    const told = execFile(
      'systemd-notify',
      [...states],
      { env: environment, timeout: DEADLINE_MS },
      (error) => resolve(error === null),
    )
    told.stdin?.end()
  })
}
