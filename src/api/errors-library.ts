// The library, reviews before sharing, checks after arriving, and lists of what is not wanted.

import { type ErrorTable, given, word } from './error-entry.ts'

export const LIBRARY_ERRORS: ErrorTable = {
  LIBRARY_UNAVAILABLE: {
    exit: 1,
    message: (data) => `The library cannot be used now${given(data, 'why', ': ')}.`,
    help: 'Transfers go on. Nothing of the library is offered meanwhile. `shoal doctor` says more.',
    retry: true,
  },
  LIBRARY_NEWER: {
    exit: 1,
    message: 'The library was written by a newer Shoal, so this one does not touch it.',
    help: 'Use the newer Shoal again. Nothing of the library is offered meanwhile.',
  },
  LIBRARY_DAMAGED: {
    exit: 1,
    message: (data) =>
      `The library's database was damaged and was set aside${given(data, 'path', ' as ')}. It is made again from your folders.`,
    help: 'Your files are untouched. Every folder is only yours until you say otherwise.',
  },
  FOLDER_UNKNOWN: {
    exit: 2,
    message: (data) => `${word(data, 'path', 'That')} is not a folder of the library.`,
    help: '`shoal library list` shows them.',
  },
  FOLDER_INSIDE_ANOTHER: {
    exit: 2,
    message: (data) =>
      `${word(data, 'path', 'That folder')} lies in, or holds, ${word(data, 'other', 'another folder of the library')}.`,
    help: 'A file belongs to one library folder, so that it is clear who gets it. Remove the other first.',
  },
  FOLDERS_TOO_MANY: {
    exit: 2,
    message: (data) => `The library holds ${word(data, 'limit', 'its limit of')} folders already.`,
    help: 'Add a folder that holds several of them instead.',
  },
  CONTENT_UNKNOWN: {
    exit: 2,
    message: 'Nothing with that content is in the library.',
    help: 'It may not be hashed yet: `shoal library list` shows how far it is.',
  },
  CATALOGUE_KEY_UNUSABLE: {
    exit: 1,
    message: (data) =>
      `The key that signs what you offer to everyone cannot be read${given(data, 'path', ': ')}, so nothing new is offered.`,
    help: 'Put it back from a backup. With another key others take you for somebody else; to begin anew, move the file away.',
  },
  AUDIENCE_UNKNOWN: {
    exit: 2,
    message: (data) => `There is no person or circle called ${word(data, 'audience', 'that')} here.`,
    help: 'Say me, link or everyone.',
  },
  OFFERED_TOO_MANY: {
    exit: 1,
    message: (data) => `No more than ${word(data, 'most', 'so many')} files are offered in one place.`,
    help: 'Take back what is not needed any more, or share it as a library folder.',
  },
  LICENCE_NEEDED: {
    exit: 2,
    message: 'What everyone may get needs a licence: your own work, an open licence, or permission.',
    help: 'If you are not sure, share it with people who have the link.',
  },
  REVIEW_NEEDED: {
    exit: 2,
    message: 'Nobody looked yet at what others would see, so nothing was shared.',
    help: 'Look at it first: the share dialog and `shoal share` do.',
  },
  REVIEW_UNKNOWN: { exit: 2, message: 'That look before sharing has ended.', help: 'Begin it again.' },
  SHARING_STOPPED: {
    exit: 1,
    message: 'Sharing was stopped or changed meanwhile, so this was not shared.',
  },
  REVIEW_UNFINISHED: {
    exit: 1,
    message: 'Not everything was looked at yet, so nothing was shared.',
    retry: true,
  },
  REVIEWS_TOO_MANY: {
    exit: 1,
    message: (data) => `${word(data, 'most', 'Too many')} looks before sharing are open already.`,
    help: 'Answer or end one of them first.',
    retry: true,
  },
  REVIEW_TOO_LARGE: {
    exit: 2,
    message: (data) =>
      `That are ${word(data, 'files', 'too many')} files; ${word(data, 'limit', 'fewer')} at most can be looked at and shared together.`,
    help: 'Share parts of it.',
  },
  PLACE_STAYS: {
    exit: 2,
    message: (data) => `The place cannot be taken out of a copy of ${word(data, 'name', 'this file')}.`,
    help: 'Leave it out, or share it as it is.',
  },
  SHARE_WHOLE_ONLY: {
    exit: 2,
    message: (data) =>
      `${word(data, 'name', 'It')} can only be shared whole: its list of files is fixed${given(data, 'file', ', and ', ' is not there')}.`,
    help: 'Share the files themselves, without what you leave out.',
  },
  NOTHING_LEFT_TO_SHARE: {
    exit: 2,
    message: (data) => `Everything in ${word(data, 'name', 'it')} is left out, so there is nothing to share.`,
  },
  SHARE_NEEDS_ANSWER: {
    exit: 2,
    message: (data) =>
      `${word(data, 'count', 'Some')} ${data.count === 1 ? 'file looks' : 'files look'} private, so nothing was shared${given(data, 'files', ': ')}.`,
    help: 'Use --dry-run to see all, --leave-out or --allow to answer.',
  },
}
