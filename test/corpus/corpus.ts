// The planted corpus: 200 sensitive and 2,000 harmless files of many kinds and languages from one seed, and what a scan makes of them.

import { memoryBytes } from '../../src/safety/sensitive/file-bytes.ts'
import type { PrivateFinding } from '../../src/safety/sensitive/finding.ts'
import { scanFile } from '../../src/safety/sensitive/scan-file.ts'
import { Dice } from './dice.ts'
import { harmlessFiles } from './harmless-files.ts'
import { sensitiveFiles } from './sensitive-files.ts'

export const CORPUS_SEED = 20_240_312
export const SENSITIVE = 200
export const HARMLESS = 2_000

export interface CorpusFile {
  readonly components: readonly string[]
  readonly bytes: Uint8Array
  /** Classes of which one must be found; none for harmless files. */
  readonly sensitive: readonly string[]
  /** Looked at while words and weights were chosen; the others never were. */
  readonly tuned: boolean
}

export interface CorpusResult {
  readonly file: CorpusFile
  readonly findings: readonly PrivateFinding[]
  readonly right: boolean
  readonly tookMs: number
}

export function corpus(seed = CORPUS_SEED): CorpusFile[] {
  const dice = new Dice(seed)
  return [...sensitiveFiles(dice, SENSITIVE), ...harmlessFiles(dice, HARMLESS)]
}

export async function judged(file: CorpusFile): Promise<CorpusResult> {
  const begun = performance.now()
  const input = {
    path: file.components.join('/'),
    components: file.components,
    lengthBytes: file.bytes.length,
    modifiedMs: 0,
  }
  const findings = await scanFile(input, () => Promise.resolve(memoryBytes(file.bytes)))
  const tookMs = performance.now() - begun
  const right =
    file.sensitive.length === 0
      ? findings.length === 0
      : findings.some((finding) => file.sensitive.includes(finding.class))
  return { file, findings, right, tookMs }
}
