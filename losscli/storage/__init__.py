"""Where bytes lie: local files and objects behind a URI, opened for reading, listed, and watched for
change."""
