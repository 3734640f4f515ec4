// People: who is near, circles with their rooms, and direct conversations on the left; what is open in the middle; a room's members beside
// it. On a phone each of them is the whole view.

import type { ReactNode } from 'react'
import { openDialog } from '../../app/dialogs.ts'
import { useRoute } from '../../app/router.ts'
import { circles, conversations, me } from '../../store/people.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { CirclePage } from './circle-page.tsx'
import { codedSentence } from './coded-sentence.ts'
import { ContactsPage } from './contacts-page.tsx'
import { ConversationView } from './conversation.tsx'
import { DevicePage } from './device-page.tsx'
import { FindPage } from './find-page.tsx'
import { JoiningPage } from './joining-page.tsx'
import { NearbyPage } from './nearby-page.tsx'
import { PersonPage } from './person-page.tsx'
import { type Place, placeOf } from './place.ts'
import { Side } from './side.tsx'
import '../view.css'
import './people.css'
import './talk.css'

export function People(): ReactNode {
  const { rest } = useRoute()
  const place = placeOf(rest)
  return (
    <div className={`people people-at-${place.kind === 'all' ? 'all' : 'one'}`}>
      <Side place={place} />
      <div className="people-middle">
        <State />
        <Middle place={place} />
      </div>
    </div>
  )
}

function Middle({ place }: { readonly place: Place }): ReactNode {
  switch (place.kind) {
    case 'all':
      return <All />
    case 'nearby':
      return <NearbyPage />
    case 'contacts':
      return <ContactsPage />
    case 'find':
      return <FindPage />
    case 'conversation':
      return <ConversationView key={place.id} id={place.id} />
    case 'circle':
      return <CirclePage key={place.id} id={place.id} />
    case 'joining':
      return <JoiningPage key={place.id} id={place.id} />
    case 'person':
      return <PersonPage key={place.id} id={place.id} />
    case 'device':
      return <DevicePage key={place.id} id={place.id} />
    case 'unknown':
      return (
        <div className="view">
          <h1>{t('people.title')}</h1>
          <p>{t('people.nobody')}</p>
        </div>
      )
  }
}

/** How the part that talks with people does, while it does not as it should. */
function State(): ReactNode {
  const { value } = useKept(me)
  const network = value?.network
  if (network === undefined || network.state === 'running') return null
  return (
    <p className="people-state" role="status">
      {t(`people.${network.state}`)}{' '}
      {network.problem !== null && <ForeignText text={codedSentence(network.problem)} />}
    </p>
  )
}

function All(): ReactNode {
  const { value } = useKept(circles)
  const { value: talks } = useKept(conversations)
  const nothing = value?.circles.length === 0 && talks?.length === 0
  return (
    <div className="view people-all">
      <p className="view-lead">{t(nothing ? 'people.empty' : 'people.emptyPick')}</p>
      <div className="people-all-do">
        <Button
          icon="plus"
          look={nothing ? 'primary' : 'plain'}
          onPress={() => void openDialog('newCircle', {})}
        >
          {t('people.newCircle')}
        </Button>
        <Button icon="link" onPress={() => void openDialog('peopleLink', {})}>
          {t('people.haveInvite')}
        </Button>
      </div>
    </div>
  )
}
