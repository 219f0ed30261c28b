/**
 * Escapes text for HTML, in an element or an attribute.
 *
 * @example escapeHtml("<b> & \"c\"") // "&lt;b&gt; &amp; &quot;c&quot;"
 */
export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/**
 * Returns JSON that is safe in a script element, because no text in it can end the element.
 *
 * @example scriptJson("</script>") // "\"\\u003c/script>\""
 */
export const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");
