import express, { type Response, type Router } from "express";

/**
 * Serves the images that `npm run firmware` made, with their manifest. An image asked for by its hash stays what it
 * is; everything else is asked for anew, so that an upgrade is seen.
 */
export function firmwareFiles(folder: string): Router {
  const router = express.Router();
  router.use(
    express.static(folder, {
      index: false,
      redirect: false,
      cacheControl: false,
      setHeaders: (response: Response) => {
        const named = typeof response.req.query["sha256"] === "string";
        response.set("Cache-Control", named ? "public, max-age=31536000, immutable" : "no-cache");
      },
    }),
  );
  router.use((_request, response) => void response.status(404).json({ ok: false, error: "no such image" }));
  return router;
}
