"""Images as OCI describes them: values, documents, archives in and out."""
