// What is meant for a finding unless the person says otherwise (INTERFACE.md A5).

import type { PrivateFinding } from './finding.ts'

export type SuggestedAnswer = 'leave-out' | 'share' | 'without-place'

export function suggestedAnswer(finding: PrivateFinding): SuggestedAnswer {
  if (finding.class === 'photo-place') return finding.data.what === 'photo' ? 'without-place' : 'leave-out'
  return 'leave-out'
}
