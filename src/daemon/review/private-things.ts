// What the daemon knows of private things: files that are hidden.

import type { PrivateFinding, PrivateThings, ScanInput } from './private-scan.ts'

const HIDDEN: PrivateFinding = { class: 'hidden-file', sure: true, data: {} }

async function* hiddenAmong(
  files: Iterable<ScanInput>,
  signal: AbortSignal,
): AsyncGenerator<{ file: ScanInput; findings: PrivateFinding[] }> {
  for (const file of files) {
    if (signal.aborted) return
    const hidden = file.components.some((name) => name.startsWith('.'))
    yield { file, findings: hidden ? [HIDDEN] : [] }
  }
}

export const PRIVATE_THINGS: PrivateThings = {
  open: () => ({ scan: hiddenAmong, close: async () => {} }),
  folders: () => [],
  suggested: () => 'leave-out',
  canBeWithoutPlace: () => false,
  withoutPlace: async () => false,
}
