/** A style sheet as text (vite.dev/guide/features, "Disabling CSS injection into the page"). */
declare module "*.css?inline" {
  const text: string;
  export default text;
}
