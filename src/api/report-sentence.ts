// What happened to a transfer, as its log tells it: a sentence for each report of the daemon; problems are worded where states are.

import { formatCount, formatSize } from './format-quantity.ts'
import { explainProblem } from './problem-sentence.ts'

type Data = Readonly<Record<string, string | number | boolean>>

const TABLE: Readonly<Record<string, (data: Data) => string>> = {
  LIST_KNOWN: ({ files }) => `The list of files came: ${formatCount(Number(files), 'file')}`,
  ARRIVED: ({ bytes }) =>
    `Everything that was wanted has arrived and is verified: ${formatSize(Number(bytes))}`,
  FROM_DISK: ({ files, bytes, sharedBytes }) => {
    const how =
      sharedBytes === bytes
        ? 'without taking more room'
        : sharedBytes === 0
          ? 'as a copy'
          : 'in part as copies'
    return `${formatCount(Number(files), 'file')} of ${formatSize(Number(bytes))} were on this computer already and are taken from there, ${how}`
  },
  GOES_ON: () => 'It goes on: what stopped it is mended',
  RULE_MET: () => 'It stopped giving, by its rule',
  MOVED: ({ folder }) => `Moved to ${folder}`,
  MOVE_REFUSED: ({ folder }) => `It was not moved to ${folder}: something of the same name is there`,
}

export function explainReport({ code, data }: { readonly code: string; readonly data: Data }): string {
  const say = Object.hasOwn(TABLE, code) ? TABLE[code] : undefined
  if (say !== undefined) return say(data)
  const { cause } = explainProblem({ code, data })
  return `${cause.charAt(0).toUpperCase()}${cause.slice(1)}`
}
