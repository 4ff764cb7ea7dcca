/// Which release this is (Semantic Versioning 2.0.0). `CHANGELOG.md` tells what is new in it.
public enum Release {
    public static let version = "0.9.0"
}
