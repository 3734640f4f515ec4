// The box: takes a link or words, says what it understood before Enter, and does that. A torrent file that is pasted or
// dropped anywhere goes the same way.

import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react'
import { canOpen } from '../dialogs/table.ts'
import { rows } from '../store/connection.ts'
import { t } from '../text/t.ts'
import { Icon } from '../ui/icon.tsx'
import { openDialog } from './dialogs.ts'
import { currentRoute, go, useRoute } from './router.ts'
import { type Understood, understand } from './understood.ts'
import './box.css'

/** An empty box is left by Escape, so that letters are keys again. */
function leaveBox(box: HTMLInputElement | null): void {
  box?.blur()
  if (cameFrom?.isConnected) cameFrom.focus()
  cameFrom = undefined
}

/** Fits while it is typed, and never the whole list's worth of work for one letter. */
function countFits(understood: Understood): number {
  if (understood.kind !== 'filter') return 0
  let count = 0
  for (const row of rows.values()) if (understood.filter.fits(row)) count++
  return count
}

/** Where the focus was before a key brought it to the box. */
let cameFrom: HTMLElement | undefined

export function focusBox(): void {
  const box = document.querySelector<HTMLInputElement>('#box')
  const { activeElement } = document
  if (activeElement !== box) cameFrom = activeElement instanceof HTMLElement ? activeElement : undefined
  box?.focus()
  box?.select()
}

export function Box(): ReactNode {
  const route = useRoute()
  const shown = route.view === 'transfers' ? (route.query.filter ?? '') : ''
  const [typed, setTyped] = useState(shown)
  const [focused, setFocused] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const hint = useId()
  // The list's filter stands in the box: whoever goes back sees the words that were there then.
  useEffect(() => setTyped(shown), [shown])
  const understood = useMemo(() => understand(typed), [typed])
  const told = focused && typed !== shown ? tell(understood) : undefined

  const act = () => {
    if (understood.kind === 'link' && canOpen('get')) {
      setTyped(shown)
      void openDialog('get', { link: understood.link })
    } else if (understood.kind === 'filter' || understood.kind === 'nothing') {
      const filter = understood.kind === 'filter' ? understood.text : ''
      const { query } = currentRoute().view === 'transfers' ? currentRoute() : { query: {} }
      go({ view: 'transfers', query: { ...query, filter, open: '' } })
    }
  }
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) act()
    else if (event.key === 'Escape' && typed !== '') {
      setTyped('')
      if (shown !== '') go({ ...currentRoute(), query: { ...currentRoute().query, filter: '' } })
    } else if (event.key === 'Escape') leaveBox(input.current)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <search className="box">
      <Icon name="search" />
      <input
        ref={input}
        id="box"
        type="text"
        inputMode="search"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-label={t('box.label')}
        aria-describedby={hint}
        placeholder={t('box.label')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onKeyDown={keyDown}
      />
      <kbd className="box-key">{/Mac|iP/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'}</kbd>
      <output id={hint} className={`box-told${told === undefined ? ' box-silent' : ''}`}>
        {told}
      </output>
    </search>
  )
}

function tell(understood: Understood): string {
  switch (understood.kind) {
    case 'nothing':
      return t('box.nothing')
    case 'damaged':
      return t('box.damagedLink')
    case 'link':
      return t('box.getLink', t(`box.${understood.what}`))
    case 'filter': {
      const [mistake] = understood.filter.mistakes
      if (mistake !== undefined) return t('box.mistake', mistake.term, t(`box.expected.${mistake.expected}`))
      return t('box.filter', countFits(understood))
    }
  }
}
