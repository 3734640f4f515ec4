// A link or secret to be handed on: seen in one line, selected by a click, copied by a button that says so.

import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { t } from '../text/t.ts'
import { Button } from './button.tsx'
import './copy-line.css'

const SAID_MS = 3_000

interface Props {
  readonly label: string
  readonly text: string
  /** The button to copy takes the focus. */
  readonly autoFocus?: boolean
}

export function CopyLine({ label, text, autoFocus = false }: Props): ReactNode {
  const [copied, setCopied] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SAID_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async (): Promise<void> => {
    field.current?.select()
    setCopied(await copyText(text))
  }
  return (
    <div className="copy-line">
      <label htmlFor={id}>{label}</label>
      <div className="copy-row">
        <input
          id={id}
          ref={field}
          className="input input-fixed"
          readOnly
          value={text}
          spellCheck={false}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button autoFocus={autoFocus} icon={copied ? 'check' : 'link'} onPress={() => void copy()}>
          {copied ? t('action.copied') : t('action.copy')}
        </Button>
      </div>
      <span className="visually-hidden" role="status">
        {copied ? t('action.copied') : ''}
      </span>
    </div>
  )
}

/** Outside loopback and TLS browsers have no clipboard for pages; what is selected can be copied the old way. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return document.execCommand('copy')
  }
}
