// What a link for people is, asked of the daemon while it stands in the box; nobody else is contacted.

import { useEffect, useState } from 'react'
import { ApiError } from '../../../src/api/client.ts'
import type { OutputOf } from '../../../src/api/routes.ts'
import { call } from '../store/api.ts'
import { t } from '../text/t.ts'

type Facts = OutputOf<'peopleLinkFacts'>

/** Undefined while it is not known, or is none. */
export function useLinkFacts(link: string | undefined): Facts | 'damaged' | undefined {
  const [known, setKnown] = useState<{ readonly link: string; readonly facts: Facts | 'damaged' }>()
  useEffect(() => {
    if (link === undefined) return
    let current = true
    call('peopleLinkFacts', { link }).then(
      (facts) => current && setKnown({ link, facts }),
      (error: unknown) => {
        // Anything else says nothing of the link: it is looked at once more when it is opened.
        const damaged = error instanceof ApiError && error.code === 'LINK_NOT_OURS'
        if (current && damaged) setKnown({ link, facts: 'damaged' })
      },
    )
    return () => {
      current = false
    }
  }, [link])
  return known !== undefined && known.link === link ? known.facts : undefined
}

/** As the box tells it. @returns foreign text */
export function linkSentence(facts: Facts | 'damaged' | undefined): string {
  if (facts === undefined) return t('box.people')
  if (facts === 'damaged') return t('box.damagedPeople')
  const { kind, name, role } = facts
  if (kind === 'device') return t('box.device')
  if (kind === 'contact') return name === null ? t('box.contactUnnamed') : t('box.contact', name)
  if (role === 'keeper') return t('box.keeper')
  return name === null ? t('box.inviteUnnamed') : t('box.invite', name)
}
