// A magnet link, or one for people, that was clicked somewhere on this computer comes in the page's address (`?get=…`, by `shoal start --get`): it
// is shown in the dialog, and got only when the person says so. Anything else in its place is dropped.

import { openDialog } from './dialogs.ts'
import { isPeopleLink } from './understood.ts'

export function takeGivenLink(): void {
  const address = new URL(location.href)
  const link = address.searchParams.get('get')
  if (link === null) return
  address.searchParams.delete('get')
  history.replaceState(null, '', address)
  if (/^magnet:\?/i.test(link)) void openDialog('get', { link })
  else if (isPeopleLink(link)) void openDialog('peopleLink', { link })
}
