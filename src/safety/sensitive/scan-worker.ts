// Worker thread of the sensitive scan: one file at a time, by its path; what is hostile in it dies here, not in the daemon.

import { parentPort } from 'node:worker_threads'
import { openFileBytes } from './file-bytes.ts'
import { mergeFindings, type PrivateFinding, sureOf } from './finding.ts'
import { nameFindings, type ScanInput, scanFile } from './scan-file.ts'

export interface ScanRequest {
  readonly job: number
  readonly input: ScanInput
  /** An earlier worker died of its content, or took too long: only its name is looked at. */
  readonly nameOnly?: string
}

export interface ScanAnswer {
  readonly job: number
  readonly findings: readonly PrivateFinding[]
}

async function serve({ input, nameOnly }: ScanRequest): Promise<PrivateFinding[]> {
  if (nameOnly !== undefined) {
    return mergeFindings([
      ...nameFindings(input).findings,
      sureOf('unreadable', 'file', { reason: nameOnly }),
    ])
  }
  return await scanFile(input, () => openFileBytes(input.path))
}

if (parentPort === null) throw new Error('scan-worker runs as a worker thread only')
const port = parentPort
port.on('message', (request: ScanRequest) => {
  // A bug of ours in one detector must not end the review: the file counts as not looked into, and says so.
  serve(request).then(
    (findings) => port.postMessage({ job: request.job, findings } satisfies ScanAnswer),
    (error: unknown) => {
      const reason = (error as NodeJS.ErrnoException).code ?? 'failed'
      const findings = mergeFindings([
        ...nameFindings(request.input).findings,
        sureOf('unreadable', 'file', { reason }),
      ])
      port.postMessage({ job: request.job, findings } satisfies ScanAnswer)
    },
  )
})
