// What went wrong, where it went wrong, as the daemon worded it; the stable code comes last (INTERFACE.md B4).

import type { ReactNode } from 'react'
import { ApiError } from '../../../src/api/client.ts'
import { sentenceOf } from '../store/attempt.ts'
import { ForeignText } from './foreign-text.tsx'
import { Icon } from './icon.tsx'
import './error-sentence.css'

/** An error of a call, or a sentence of the page's own. */
export function ErrorSentence({ error }: { readonly error: unknown }): ReactNode {
  const sentence = typeof error === 'string' ? error : sentenceOf(error)
  return (
    <p className="error-sentence" role="alert">
      <Icon name="warning" />
      <span>
        <ForeignText text={sentence} />
        {error instanceof ApiError && <code className="error-code">{error.code}</code>}
      </span>
    </p>
  )
}
