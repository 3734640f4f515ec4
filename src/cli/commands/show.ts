// `shoal show ID`: one transfer in full: how it stands, why it is slow, may I switch off, files, peers, trackers.

import { explainBottleneck } from '../../api/bottleneck-sentence.ts'
import { explainState } from '../../api/state-sentence.ts'
import { explainSwitchOff } from '../../api/switch-off-sentence.ts'
import { defineCommand } from '../command.ts'
import { openLink } from '../open-link.ts'
import { chooseOne } from '../transfer-choice.ts'
import { type Sheet, sheetLines } from '../transfer-sheet.ts'

export const command = defineCommand({
  options: {},
  operands: { least: 1, most: 1, expects: 'an ID or a name' },
  run: async (context) => {
    const { operands, output } = context
    const link = await openLink(context)
    const { transfers } = await link.call('listTransfers', {})
    const { id } = chooseOne(operands[0] as string, transfers)
    const [details, { files }, { peers }, { trackers }] = await Promise.all([
      link.call('transfer', { id }),
      link.call('transferFiles', { id }),
      link.call('transferPeers', { id }),
      link.call('transferTrackers', { id }),
    ])
    const sheet: Sheet = { details, files, peers, trackers }
    const nowMs = Date.now()
    const { row } = details
    output.object({
      ...details,
      files,
      peers,
      trackers,
      stateSentence: explainState(row, { nowMs }),
      bottleneck: explainBottleneck(row.bottleneck),
      switchOff: explainSwitchOff(row) ?? null,
    })
    for (const line of sheetLines(sheet, nowMs)) output.result(line)
    return 0
  },
})
