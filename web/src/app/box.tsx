// The box: takes a link or words, says what it understood before Enter, and does that. A torrent file that is pasted or
// dropped anywhere goes the same way.

import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react'
import { canOpen } from '../dialogs/table.ts'
import { rows } from '../store/connection.ts'
import { t } from '../text/t.ts'
import { ForeignText } from '../ui/foreign-text.tsx'
import { Icon } from '../ui/icon.tsx'
import { openDialog } from './dialogs.ts'
import type { Route } from './route.ts'
import { currentRoute, go, goWith, useRoute } from './router.ts'
import { type Understood, understand, whereTo } from './understood.ts'
import { linkSentence, useLinkFacts } from './use-link-facts.ts'
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

/** What the address holds of what is typed: the list's filter, or what is searched for. */
const WORDS_OF: Readonly<Record<string, string>> = { transfers: 'filter', search: 'words' }

function wordsIn({ view, query }: Route): string {
  const key = WORDS_OF[view]
  return key === undefined ? '' : (query[key] ?? '')
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
  const shown = wordsIn(route)
  const [typed, setTyped] = useState(shown)
  const [focused, setFocused] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const hint = useId()
  // The list's filter stands in the box: whoever goes back sees the words that were there then.
  useEffect(() => setTyped(shown), [shown])
  const understood = useMemo(() => understand(typed), [typed])
  const searching = route.view === 'search'
  const inTransfers = route.view === 'transfers'
  const linkFacts = useLinkFacts(understood.kind === 'people' ? understood.link : undefined)
  const told =
    focused && typed !== shown ? tell(understood, { inTransfers, searching, linkFacts }) : undefined

  const type = (text: string): void => {
    setTyped(text)
    // There what is typed is searched for at once.
    if (searching && understand(text).kind === 'filter') goWith({ words: text, open: '' }, 'replace')
  }
  const act = (everything: boolean): void => {
    if (understood.kind === 'link' && canOpen('get')) {
      setTyped(shown)
      void openDialog('get', { link: understood.link })
    } else if (understood.kind === 'people' && canOpen('peopleLink')) {
      setTyped(shown)
      void openDialog('peopleLink', { link: understood.link })
    } else if (understood.kind === 'filter') {
      const { text, filter } = understood
      const to = everything ? 'search' : whereTo(filter, { inTransfers, fits: countFits(understood) })
      const { query } = currentRoute().view === to ? currentRoute() : { query: {} }
      go({ view: to, query: { ...query, [WORDS_OF[to] ?? '']: text, open: '' } })
    } else if (understood.kind === 'nothing' && shown !== '') clear()
  }
  const clear = (): void => {
    const { view, query } = currentRoute()
    const key = WORDS_OF[view]
    if (key !== undefined) go({ ...currentRoute(), query: { ...query, [key]: '', open: '' } })
  }
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) act(event.ctrlKey || event.metaKey)
    else if (event.key === 'Escape' && typed !== '') {
      setTyped('')
      if (shown !== '') clear()
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
        onChange={(event) => type(event.target.value)}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onKeyDown={keyDown}
      />
      <kbd className="box-key">{/Mac|iP/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'}</kbd>
      <output id={hint} className={`box-told${told === undefined ? ' box-silent' : ''}`}>
        {told !== undefined && <ForeignText text={told} />}
      </output>
    </search>
  )
}

function tell(
  understood: Understood,
  {
    inTransfers,
    searching,
    linkFacts,
  }: {
    readonly inTransfers: boolean
    readonly searching: boolean
    readonly linkFacts: ReturnType<typeof useLinkFacts>
  },
): string | undefined {
  switch (understood.kind) {
    case 'nothing':
      return t('box.nothing')
    case 'damaged':
      return t('box.damagedLink')
    case 'people':
      return linkSentence(linkFacts)
    case 'link':
      return t('box.getLink', t(`box.${understood.what}`))
    case 'filter': {
      if (searching) return undefined
      const { filter } = understood
      const [mistake] = filter.mistakes
      if (mistake !== undefined) return t('box.mistake', mistake.term, t(`box.expected.${mistake.expected}`))
      const fits = countFits(understood)
      if (whereTo(filter, { inTransfers, fits }) === 'search') {
        return t(inTransfers ? 'box.searchInstead' : 'box.search')
      }
      return `${t('box.filter', fits)}${inTransfers && fits > 0 ? t('box.orSearch') : ''}`
    }
  }
}
