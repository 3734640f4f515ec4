// One file: what its name says, then what is in it; at most one finding of each class.
// Promise: bounded in bytes and memory; its time is bounded by who calls (scan-pool.ts).

import { databaseNameFindings } from './detectors/databases.ts'
import { hiddenFindings, programNameFindings } from './detectors/file-names.ts'
import { nameSays } from './detectors/names.ts'
import type { FileBytes } from './file-bytes.ts'
import { extensionOf } from './file-kind.ts'
import { mergeFindings, type PrivateFinding, sureOf } from './finding.ts'
import { contentFindings } from './scan-content.ts'

export interface ScanInput {
  /** Absolute. */
  readonly path: string
  /** Below what is reviewed; the last one is the name. */
  readonly components: readonly string[]
  readonly lengthBytes: number
  readonly modifiedMs: number
}

export function nameFindings({ components }: Pick<ScanInput, 'components'>): {
  findings: PrivateFinding[]
  quiet: boolean
} {
  const name = components[components.length - 1] ?? ''
  const lowName = name.normalize('NFKC').toLowerCase()
  const said = nameSays(name.replace(/(.)\.[^.]*$/, '$1'), extensionOf(lowName))
  const findings = [
    ...hiddenFindings(components),
    ...programNameFindings(lowName),
    ...databaseNameFindings(lowName, false),
    ...said.findings,
  ]
  return { findings, quiet: said.quiet }
}

/** @param open of this very file; closed here */
export async function scanFile(input: ScanInput, open: () => Promise<FileBytes>): Promise<PrivateFinding[]> {
  const { findings, quiet } = nameFindings(input)
  if (input.lengthBytes === 0) return mergeFindings(findings)
  let file: FileBytes
  try {
    file = await open()
  } catch (error) {
    return mergeFindings([
      ...findings,
      sureOf('unreadable', 'file', { reason: (error as NodeJS.ErrnoException).code ?? 'closed' }),
    ])
  }
  try {
    const name = input.components[input.components.length - 1] ?? ''
    return mergeFindings([...(await contentFindings(file, { name, quietName: quiet })), ...findings])
  } finally {
    await file.close()
  }
}
