// Headers that every answer has, and the page's policy. No CORS header, ever: no other site may read anything here.

/** On whatever is answered. */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}

/**
 * What the page may do: its own files, and calls to where it came from. The nonce is for one style element that the
 * dialogs' library (react-aria) adds to keep the ground from scrolling and touch from zooming; it reads the nonce from
 * `<meta property="csp-nonce">`. Scripts have none: only files of the page run.
 */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    // Pictures are files of the page, or made of bytes in it (the QR code, a preview).
    "img-src 'self' blob:",
    "font-src 'self'",
    "media-src 'self'",
    "manifest-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    // No text becomes markup or script by assignment.
    "require-trusted-types-for 'script'",
  ].join('; ')
}
