// The one way for text from the network or from disk into the page: text nodes only, set apart from the reading order of
// what surrounds it, and every character that would not be seen is shown as its code.

import type { ReactNode } from 'react'
import { splitUnseen } from '../../../src/api/unseen-characters.ts'
import { t } from '../text/t.ts'

export function ForeignText({ text }: { readonly text: string }): ReactNode {
  const parts = splitUnseen(text)
  if (parts.length === 1 && parts[0]?.unseen === undefined) return <bdi>{text}</bdi>
  return (
    <bdi>
      {parts.map(({ text: seen, unseen }, index) =>
        unseen === undefined ? (
          seen
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
          <span key={index} className="unseen" title={t('foreign.hidden', unseen)}>
            {unseen}
          </span>
        ),
      )}
    </bdi>
  )
}
