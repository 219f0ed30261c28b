/**
 * Text as it stands in HTML, in an element or an attribute.
 *
 * @example escapeHtml("<b> & \"c\"") // "&lt;b&gt; &amp; &quot;c&quot;"
 */
export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
